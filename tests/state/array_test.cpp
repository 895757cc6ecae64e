#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <complex>
#include <cstdint>
#include <numeric>

#include "tests/state/streams.h"

namespace tidemark::test {
namespace {

using testing::HasSubstr;

struct Point {
  double x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};

struct NoDefault {
  explicit NoDefault(int value) : number(value) {}
  int number;
};

enum class Colour : std::uint16_t { red = 1, green = 2 };

template <class T>
concept Savable = requires(State state, std::vector<T> array) { state.array("it", array); };

// What the compiler must take, and what it must refuse.
static_assert(Savable<double> && Savable<std::byte> && Savable<Point> && Savable<Colour>);
static_assert(Savable<std::array<float, 3>> && Savable<std::complex<double>>);
static_assert(!Savable<bool>, "std::vector<bool> has no bytes of its own");
static_assert(!Savable<std::string> && !Savable<std::vector<int>>, "own memory elsewhere");
static_assert(!Savable<int*> && !Savable<const char*> && !Savable<double Point::*>);
static_assert(!Savable<long double> && !Savable<NoDefault>);

template <class T>
void round_trips(const std::vector<T>& value) {
  std::vector<T> array = value;
  State state;
  state.array("it", array);
  const Saved saved = save(state);
  EXPECT_EQ(saved.bytes.size(), value.size() * sizeof(T));
  array.assign(2, T{});
  restore(state, saved);
  EXPECT_EQ(array, value);
}

TEST(Array, RoundTripsElementsOfAllKinds) {
  round_trips<double>({1.5, -0.0, 1e300});
  round_trips<float>({1.5F});
  round_trips<std::int8_t>({-1, 0, 127});
  round_trips<std::uint64_t>({0, ~std::uint64_t{0}});
  round_trips<char>({'a', '\0', 'z'});
  round_trips<std::byte>({std::byte{255}});
  round_trips<Point>({{1, 2}, {3, 4}});
  round_trips<Colour>({Colour::green, Colour::red});
  round_trips<std::complex<double>>({{1, -1}});
  round_trips<std::int32_t>({});
}

TEST(Array, RoundTripsManyElements) {
  std::vector<std::uint32_t> many(5'000'000);  // large enough for large pages
  std::iota(many.begin(), many.end(), 0U);
  round_trips(many);
}

TEST(Array, IsSavedInOneWrite) {
  std::vector<double> array(1'000'000, 1.0);
  State state;
  state.array("it", array);
  MemorySink sink;
  section(state).save(sink);
  EXPECT_EQ(sink.writes, 1U);
}

TEST(Array, SaysWhatItsElementsAre) {
  const auto type_of = []<class T>(std::vector<T> array) {
    State state;
    state.array("it", array);
    return section(state).type();
  };
  using enum ElementKind;
  const auto kind = SectionKind::array;
  EXPECT_EQ(type_of(std::vector<double>{}), (SectionType{kind, floating, 8, 0}));
  EXPECT_EQ(type_of(std::vector<std::int16_t>{}), (SectionType{kind, signed_integer, 2, 0}));
  EXPECT_EQ(type_of(std::vector<std::uint8_t>{}), (SectionType{kind, unsigned_integer, 1, 0}));
  EXPECT_EQ(type_of(std::vector<Point>{}), (SectionType{kind, other, 16, 0}));
  EXPECT_EQ(type_of(std::vector<Colour>{}), (SectionType{kind, other, 2, 0}));
  EXPECT_EQ(type_of(std::vector<char>{}), (SectionType{kind, other, 1, 0}));
}

TEST(Array, LeavesTheOldElementsUntilAccepted) {
  std::vector<int> array{1, 2, 3};
  State state;
  state.array("it", array);
  const Saved saved = save(state);
  array = {7};
  load(state, saved);
  EXPECT_EQ(array, std::vector<int>{7});
  section(state).discard();
  section(state).accept();
  EXPECT_EQ(array, std::vector<int>{7});
  load(state, saved);
  section(state).accept();
  EXPECT_EQ(array, (std::vector<int>{1, 2, 3}));
  array = {8};
  section(state).accept();
  EXPECT_EQ(array, std::vector<int>{8});
}

TEST(Array, AFailedLoadLeavesNothingToAccept) {
  std::vector<int> array{1};
  State state;
  state.array("it", array);
  const Saved saved = save(state);
  array = {2};
  load(state, saved);
  const Saved wrong{{.kind = SectionKind::memory}, saved.bytes};
  EXPECT_EQ(error_of([&] { load(state, wrong); }).code(), Code::unsupported);
  section(state).accept();
  EXPECT_EQ(array, std::vector<int>{2});
}

TEST(Array, RefusesElementsOfAnotherKindOrSize) {
  std::vector<double> array{1, 2};
  State state;
  state.array("it", array);
  const Saved saved = save(state);
  const auto load_as = [&]<class T>(std::vector<T> other) {
    State another;
    another.array("it", other);
    return error_of([&] { load(another, saved); });
  };
  EXPECT_EQ(load_as(std::vector<double>{}).code(), Code::ok);
  EXPECT_EQ(load_as(std::vector<float>{}).code(), Code::unsupported);
  EXPECT_EQ(load_as(std::vector<std::int64_t>{}).code(), Code::unsupported);
  const Error error = load_as(std::vector<std::int32_t>{});
  EXPECT_EQ(error.code(), Code::unsupported);
  EXPECT_STREQ(
      error.what(),
      "section \"it\" was saved as an array of 8-byte floating-point numbers, this program "
      "has an array of 4-byte signed integers");
}

TEST(Array, RefusesALengthThatIsNoWholeNumberOfElements) {
  std::vector<std::int32_t> array;
  State state;
  state.array("it", array);
  Saved saved{section(state).type(), Bytes(11)};
  const Error error = error_of([&] { load(state, saved); });
  EXPECT_EQ(error.code(), Code::unsupported);
  EXPECT_THAT(error.what(), HasSubstr("11 bytes"));
}

}  // namespace
}  // namespace tidemark::test
