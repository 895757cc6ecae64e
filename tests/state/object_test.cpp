#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numbers>
#include <sstream>
#include <stdexcept>

#include "tests/state/everything.h"
#include "tests/state/streams.h"

namespace tidemark::test {
namespace {

struct NoDefault {
  explicit NoDefault(int) {}
};

struct MoveMayThrow {
  MoveMayThrow() = default;
  MoveMayThrow(MoveMayThrow&&) noexcept(false) = default;
  MoveMayThrow& operator=(MoveMayThrow&&) noexcept(false) { return *this; }
};

template <class T>
concept Savable = requires(State state, T object) { state.object("it", object); };

static_assert(Savable<int> && Savable<Person> && Savable<Everything>);
static_assert(Savable<std::map<std::string, std::vector<int>>>);
static_assert(!Savable<NoDefault> && !Savable<const Person> && !Savable<std::atomic<int>>);
static_assert(!Savable<MoveMayThrow>, "half a state could be replaced");

template <class T>
Saved saved_object(T& object) {
  State state;
  state.object("it", object);
  return save(state);
}

template <class T>
T loaded_object(const Saved& saved) {
  T object{};
  State state;
  state.object("it", object);
  restore(state, saved);
  return object;
}

TEST(Object, RoundTripsValuesOfEveryType) {
  Values values = some_values();
  EXPECT_EQ(loaded_object<Values>(saved_object(values)), values);
  Values defaults;
  EXPECT_EQ(loaded_object<Values>(saved_object(defaults)), defaults);
}

TEST(Object, RoundTripsPointers) {
  Everything all = some_of_everything();
  const Everything loaded = loaded_object<Everything>(saved_object(all));
  EXPECT_EQ(loaded.values, all.values);
  const Pointers& p = loaded.pointers;
  EXPECT_EQ(*p.shared, "shared");
  EXPECT_EQ(p.same, p.shared);
  EXPECT_EQ(p.weak.lock(), p.shared);
  EXPECT_EQ(*p.unique, (Person{"Alan", 41}));
  EXPECT_EQ(p.ticket->number, 17);
  ASSERT_EQ(p.shapes.size(), 3U);
  EXPECT_EQ(p.shapes[0]->area(), 4);
  EXPECT_EQ(p.shapes[0]->label, "square");
  EXPECT_EQ(p.shapes[1], nullptr);
  EXPECT_EQ(p.shapes[2], p.shapes[0]);
  EXPECT_EQ(p.shape->area(), 3);
  EXPECT_EQ(p.grid[1][0], 5);
  EXPECT_TRUE(p.marks[2]);
}

TEST(Object, RoundTripsPlainNumbersAndContainers) {
  double infinite = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(loaded_object<double>(saved_object(infinite)), infinite);
  double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(loaded_object<double>(saved_object(nan))));
  std::map<std::string, std::vector<int>> map{{"a", {1, 2}}, {"b", {}}};
  EXPECT_EQ(loaded_object<decltype(map)>(saved_object(map)), map);
  std::valarray<float> valarray{1, 2, 3};  // cereal cannot do empty ones
  EXPECT_EQ(loaded_object<std::valarray<float>>(saved_object(valarray)).sum(), 6);
}

TEST(Object, IsEncodedAsCerealsPortableBinaryArchiveDoes) {
  Everything all = some_of_everything();
  std::ostringstream stream;
  {
    using Archive = cereal::PortableBinaryOutputArchive;
    Archive archive(stream, Archive::Options::LittleEndian());
    archive(all);
  }
  EXPECT_EQ(saved_object(all).bytes, bytes_of(stream.str()));
}

TEST(Object, IsEncodedLittleEndianWithEveryLengthInEightBytes) {
  std::vector<std::uint16_t> numbers{0x0102, 0xfffe};
  EXPECT_EQ(saved_object(numbers).bytes,
            bytes_of(std::string_view("\1\2\0\0\0\0\0\0\0\2\1\xfe\xff", 13)));
}

TEST(Object, CanBeSavedAgainAndAgain) {
  Everything all = some_of_everything();
  State state;
  state.object("it", all);
  const Saved first = save(state);
  EXPECT_EQ(save(state).bytes, first.bytes);
  all.values.numbers.clear();
  EXPECT_NE(save(state).bytes, first.bytes);
}

TEST(Object, LeavesTheOldObjectUntilAccepted) {
  Person person{"Ada", 35};
  State state;
  state.object("it", person);
  const Saved saved = save(state);
  person = {"Grace", 85};
  load(state, saved);
  EXPECT_EQ(person.name, "Grace");
  section(state).discard();
  section(state).accept();
  EXPECT_EQ(person.name, "Grace");
  restore(state, saved);
  EXPECT_EQ(person, (Person{"Ada", 35}));
  person.age = 36;
  section(state).accept();
  EXPECT_EQ(person.age, 36);
}

TEST(Object, RefusesTrailingAndMissingBytes) {
  Person person{"Ada", 35};
  Saved saved = saved_object(person);
  saved.bytes.push_back({});
  const Error error = error_of([&] { static_cast<void>(loaded_object<Person>(saved)); });
  EXPECT_EQ(error.code(), Code::unsupported);
  EXPECT_STREQ(error.what(), "section \"it\" does not fit this program's class");
  while (!saved.bytes.empty()) {
    saved.bytes.pop_back();
    if (saved.bytes.size() == 24) continue;  // whole again
    EXPECT_EQ(
        error_of([&] { static_cast<void>(loaded_object<Person>(saved)); }).code(),
        saved.bytes.size() == saved_object(person).bytes.size() ? Code::ok : Code::unsupported);
  }
}

TEST(Object, RefusesAnotherByteOrder) {
  std::uint8_t number = 7;
  Saved saved = saved_object(number);
  ASSERT_EQ(saved.bytes.size(), 2U);
  for (const auto order : {std::byte{0}, std::byte{2}}) {
    saved.bytes[0] = order;
    EXPECT_EQ(error_of([&] { static_cast<void>(loaded_object<std::uint8_t>(saved)); }).code(),
              Code::unsupported);
  }
}

TEST(Object, RefusesASectionOfAnotherKind) {
  std::vector<int> array{1};
  State other;
  other.array("it", array);
  const Saved saved = save(other);
  const Error error = error_of([&] { static_cast<void>(loaded_object<Person>(saved)); });
  EXPECT_EQ(error.code(), Code::unsupported);
  EXPECT_STREQ(
      error.what(),
      "section \"it\" was saved as an array of 4-byte signed integers, this program has an "
      "object");
}

struct Thrower {
  static inline int how = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    std::int32_t number = 1;
    archive(number);
    if (how == 1) throw std::runtime_error("a piece of the state");
    if (how == 2) throw std::bad_alloc();
    if (how == 3) throw Error(Code::damaged, "its own", "words");
    if (how == 4) throw 42;
  }
};

template <class Call>
void expect_what_a_class_throws(Code ordinary, Call call) {
  Thrower::how = 1;
  const Error error = error_of(call);
  EXPECT_EQ(error.code(), ordinary);
  EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("a piece")));
  try {
    call();
  } catch (const Error& outer) {
    EXPECT_THROW(std::rethrow_if_nested(outer), std::runtime_error);
  }
  Thrower::how = 2;
  EXPECT_EQ(error_of(call).code(), Code::failed);
  EXPECT_STREQ(error_of(call).what(), "not enough memory for section \"it\"");
  Thrower::how = 3;
  EXPECT_STREQ(error_of(call).what(), "its own");
  Thrower::how = 4;
  EXPECT_THROW(call(), int);
  Thrower::how = 0;
}

TEST(Object, TurnsWhatAClassThrowsIntoAnError) {
  Thrower thrower;
  const Saved saved = saved_object(thrower);
  expect_what_a_class_throws(Code::failed, [&] { static_cast<void>(saved_object(thrower)); });
  expect_what_a_class_throws(Code::unsupported,
                             [&] { static_cast<void>(loaded_object<Thrower>(saved)); });
}

struct Triangle final : Shape {  // nobody registers it
  [[nodiscard]] double area() const override { return 0; }
};

TEST(Object, SaysWhenAPolymorphicClassIsNotRegistered) {
  std::unique_ptr<Shape> shape = std::make_unique<Triangle>();
  const Error error = error_of([&] { static_cast<void>(saved_object(shape)); });
  EXPECT_EQ(error.code(), Code::failed);
  EXPECT_THAT(error.advice(), testing::HasSubstr("register"));
}

class BrokenSink final : public Sink {
 public:
  explicit BrokenSink(std::size_t room) : room_(room) {}
  void write(std::span<const std::byte> bytes) override {
    if (bytes.size() > room_) throw Error(Code::failed, "the disk is full", "none");
    room_ -= bytes.size();
  }

 private:
  std::size_t room_;
};

TEST(Object, PassesOnWhatASinkThrowsAndStaysAsItWas) {
  std::vector<std::string> texts(1000, std::string(1000, 'x'));
  const auto before = texts;
  State state;
  state.object("it", texts);
  for (const std::size_t room : {std::size_t{0}, std::size_t{500'000}, std::size_t{1'000'000}}) {
    BrokenSink sink(room);
    EXPECT_STREQ(error_of([&] { section(state).save(sink); }).what(), "the disk is full");
    EXPECT_EQ(texts, before);
  }
}

class BrokenSource final : public Source {
 public:
  void read(std::span<std::byte> /*into*/) override {
    throw Error(Code::damaged, "altered", "none");
  }
  [[nodiscard]] std::uint64_t remaining() const noexcept override { return 1000; }
};

TEST(Object, PassesOnWhatASourceThrows) {
  Person person{"Ada", 35};
  State state;
  state.object("it", person);
  BrokenSource source;
  const Error error = error_of([&] { section(state).load(source, section(state).type()); });
  EXPECT_EQ(error.code(), Code::damaged);
  EXPECT_EQ(person, (Person{"Ada", 35}));
}

TEST(Object, RefusesToSaveWhatItWouldNotRestore) {
  std::vector<Empty> empties(65536);
  EXPECT_EQ(loaded_object<std::vector<Empty>>(saved_object(empties)), empties);
  empties.resize(100'000);
  const Error error = error_of([&] { static_cast<void>(saved_object(empties)); });
  EXPECT_EQ(error.code(), Code::usage);
  EXPECT_STREQ(error.what(),
               "section \"it\" has 100000 elements in its containers, but only 9 bytes");
}

}  // namespace
}  // namespace tidemark::test
