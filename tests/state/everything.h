#pragma once

#include <tidemark/cereal.h>

#include <array>
#include <atomic>
#include <bitset>
#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/bitset.hpp>
#include <cereal/types/chrono.hpp>
#include <cereal/types/complex.hpp>
#include <cereal/types/deque.hpp>
#include <cereal/types/forward_list.hpp>
#include <cereal/types/list.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/memory.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/polymorphic.hpp>
#include <cereal/types/queue.hpp>
#include <cereal/types/set.hpp>
#include <cereal/types/stack.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/tuple.hpp>
#include <cereal/types/unordered_map.hpp>
#include <cereal/types/unordered_set.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/valarray.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>
#include <cstdint>
#include <memory>
#include <string>

/// One of everything that cereal can serialize.
namespace tidemark::test {

struct Shape {
  Shape() = default;
  Shape(const Shape&) = default;
  Shape(Shape&&) = default;
  Shape& operator=(const Shape&) = default;
  Shape& operator=(Shape&&) = default;
  virtual ~Shape() = default;
  [[nodiscard]] virtual double area() const = 0;

  std::string label;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(label);
  }
};

struct Square final : Shape {
  double side = 0;
  [[nodiscard]] double area() const override { return side * side; }
  template <class Archive>
  void serialize(Archive& archive, std::uint32_t /*version*/) {
    archive(cereal::base_class<Shape>(this), side);
  }
};

struct Circle final : Shape {
  double radius = 0;
  [[nodiscard]] double area() const override { return 3 * radius * radius; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::virtual_base_class<Shape>(this), CEREAL_NVP(radius));
  }
};

struct Empty {
  bool operator==(const Empty&) const = default;
};

enum class Mood : std::uint8_t { good = 1, bad = 2 };

struct Person {
  std::string name;
  std::int64_t age = 0;
  bool operator==(const Person&) const = default;
  template <class Archive>
  void serialize(Archive& archive, std::uint32_t /*version*/) {
    archive(CEREAL_NVP(name), CEREAL_NVP(age));
  }
};

/// Under which people can be equal and yet differ.
struct ByAge {
  bool operator()(const Person& a, const Person& b) const { return a.age < b.age; }
};

/// Made by cereal, since it has no default constructor.
struct Ticket {
  explicit Ticket(std::int32_t n) : number(n) {}
  std::int32_t number;
  template <class Archive>
  void serialize(Archive& archive, std::uint32_t /*version*/) {
    archive(number);
  }
  template <class Archive>
  static void load_and_construct(Archive& archive, cereal::construct<Ticket>& construct,
                                 std::uint32_t /*version*/) {
    std::int32_t number = 0;
    archive(number);
    construct(number);
  }
};

/// What compares with ==.
struct Values {
  bool flag = false;
  char letter = 'a';
  std::int8_t small = 0;
  std::uint64_t large = 0;
  float real = 0;
  double precise = 0;
  Mood mood = Mood::good;
  std::string text;
  std::u16string wide;
  std::vector<std::int32_t> numbers;
  std::vector<bool> flags;
  std::vector<std::string> texts;
  std::vector<std::vector<std::vector<std::uint8_t>>> nested;
  std::vector<Empty> empties;
  std::array<double, 3> triple{};
  std::array<std::string, 2> pair_of_texts;
  std::array<bool, 4> switches{};
  std::bitset<19> bits;
  std::deque<std::int16_t> deque;
  std::list<std::string> list;
  std::forward_list<int> forward;
  std::map<std::string, std::int64_t> map;
  std::multimap<int, std::string> multimap;
  std::set<std::string> set;
  std::multiset<Person, ByAge> multiset;
  std::unordered_map<std::string, std::vector<int>> unordered_map;
  std::unordered_set<std::uint32_t> unordered_set;
  std::queue<int> queue;
  std::stack<int> stack;
  std::pair<int, std::string> pair;
  std::tuple<int, std::string, Empty> tuple;
  std::optional<std::string> something;
  std::optional<std::string> nothing;
  std::variant<std::monostate, int, std::string, std::vector<double>> variant;
  std::complex<double> complex;
  std::chrono::nanoseconds duration{};
  std::vector<Person> people;
  bool operator==(const Values&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(flag, letter, small, large, real, precise, mood, text, wide, numbers, flags, texts,
            nested, empties, triple, pair_of_texts, switches, bits, deque, list, forward);
    archive(map, multimap, set, multiset, unordered_map, unordered_set, queue, stack, pair, tuple,
            something, nothing, variant, complex, duration, people);
  }
};

/// What does not.
struct Pointers {
  std::shared_ptr<std::string> shared;
  std::shared_ptr<std::string> same;
  std::weak_ptr<std::string> weak;
  std::unique_ptr<Person> unique;
  std::unique_ptr<Ticket> ticket;
  std::vector<std::shared_ptr<Shape>> shapes;
  std::unique_ptr<Shape> shape;
  std::int32_t grid[2][2] = {};  // NOLINT(modernize-avoid-c-arrays): cereal takes them
  bool marks[3] = {};            // NOLINT(modernize-avoid-c-arrays)

  template <class Archive>
  void serialize(Archive& archive) {
    archive(shared, same, weak, unique, ticket, shapes, shape, grid, marks);
  }
};

struct Everything {
  Values values;
  Pointers pointers;

  template <class Archive>
  void serialize(Archive& archive, std::uint32_t /*version*/) {
    archive(values, pointers);
  }
};

inline Values some_values() {
  Values v;
  v.flag = true;
  v.letter = 'z';
  v.small = -7;
  v.large = ~std::uint64_t{0};
  v.real = 0.25F;
  v.precise = -1e-300;
  v.mood = Mood::bad;
  v.text = std::string("a\0b", 3);
  v.wide = u"wide";
  v.numbers = {1, -2, 3};
  v.flags = {true, false, true};
  v.texts = {"one", "", std::string(100, 'x')};
  v.nested = {{{1, 2}, {}}, {}, {{3}}};
  v.empties.resize(1000);
  v.triple = {1, 2, 3};
  v.pair_of_texts = {"left", "right"};
  v.switches = {true, false, false, true};
  v.bits = 0x5a5a5;
  v.deque = {1, 2, 3};
  v.list = {"a", "b"};
  v.forward = {4, 5, 6};
  v.map = {{"a", 1}, {"b", -1}};
  v.multimap = {{1, "x"}, {1, "y"}};
  v.set = {"p", "q"};
  v.multiset = {{"first", 7}, {"second", 7}, {"third", 7}, {"younger", 6}};
  v.unordered_map = {{"k", {1, 2}}};
  v.unordered_set = {9};
  v.queue.push(1);
  v.queue.push(2);
  v.stack.push(3);
  v.pair = {1, "one"};
  v.tuple = {2, "two", {}};
  v.something = "set";
  v.variant = std::vector<double>{1, 2};
  v.complex = {1, -1};
  v.duration = std::chrono::seconds(5);
  v.people = {{"Ada", 35}, {"Grace", 85}};
  return v;
}

inline Everything some_of_everything() {
  Everything all{some_values(), {}};
  Pointers& p = all.pointers;
  p.shared = std::make_shared<std::string>("shared");
  p.same = p.shared;
  p.weak = p.shared;
  p.unique = std::make_unique<Person>(Person{"Alan", 41});
  p.ticket = std::make_unique<Ticket>(17);
  auto square = std::make_shared<Square>();
  square->label = "square";
  square->side = 2;
  auto circle = std::make_unique<Circle>();
  circle->radius = 1;
  p.shapes = {square, nullptr, square};
  p.shape = std::move(circle);
  p.grid[1][0] = 5;
  p.marks[2] = true;
  return all;
}

}  // namespace tidemark::test

CEREAL_CLASS_VERSION(tidemark::test::Square, 3)
CEREAL_CLASS_VERSION(tidemark::test::Ticket, 2)
CEREAL_REGISTER_TYPE(tidemark::test::Square)
CEREAL_REGISTER_TYPE(tidemark::test::Circle)
CEREAL_REGISTER_POLYMORPHIC_RELATION(tidemark::test::Shape, tidemark::test::Circle)
