#include <gtest/gtest.h>

#include <cstring>

#include "tests/state/allocations.h"
#include "tests/state/everything.h"
#include "tests/state/streams.h"

namespace tidemark::test {
namespace {

/// What loading may allocate: its buffer, and for every element that the rule lets through as much
/// as the largest one in these tests takes in memory, list nodes and the like included.
std::size_t allowed(std::size_t section_size) {
  constexpr std::size_t largest_element = 96;
  return 131072 + (section_size + state::ObjectWriter::spare_elements) * largest_element;
}

template <class T>
void expect_quick_refusal(const Saved& saved) {
  T object{};
  State state;
  state.object("it", object);
  const std::size_t before = allocated_now();
  reset_peak();
  EXPECT_EQ(error_of([&] { load(state, saved); }).code(), Code::unsupported);
  EXPECT_LT(allocated_peak() - before, allowed(saved.bytes.size()));
}

/// 30 bytes that claim to be so many elements.
Saved claiming(std::uint64_t elements) {
  Saved saved{{.kind = SectionKind::object}, Bytes(30)};
  saved.bytes[0] = std::byte{1};
  std::memcpy(&saved.bytes[1], &elements, sizeof elements);
  return saved;
}

TEST(Hostile, ALongLengthInAShortSectionIsRefused) {
  for (const int bits : {20, 32, 40, 60, 61, 63}) {
    const Saved saved = claiming(std::uint64_t{1} << bits);
    expect_quick_refusal<std::string>(saved);
    expect_quick_refusal<std::u32string>(saved);
    expect_quick_refusal<std::vector<double>>(saved);
    expect_quick_refusal<std::vector<bool>>(saved);
    expect_quick_refusal<std::vector<std::string>>(saved);
    expect_quick_refusal<std::vector<Empty>>(saved);
    expect_quick_refusal<std::valarray<int>>(saved);
    expect_quick_refusal<std::deque<int>>(saved);
    expect_quick_refusal<std::list<Empty>>(saved);
    expect_quick_refusal<std::forward_list<int>>(saved);
    expect_quick_refusal<std::map<int, int>>(saved);
    expect_quick_refusal<std::unordered_map<int, int>>(saved);
    expect_quick_refusal<std::set<int>>(saved);
    expect_quick_refusal<std::unordered_multiset<int>>(saved);
  }
}

TEST(Hostile, ManyContainersCannotEachClaimWhatOneMay) {
  // 10,000 vectors that each claim 50,000 elements of no bytes: far below the rest of the section.
  const std::uint64_t outer = 10'000;
  const std::uint64_t inner = 50'000;
  Saved saved{{.kind = SectionKind::object}, Bytes(1 + 8 * (outer + 1))};
  saved.bytes[0] = std::byte{1};
  std::memcpy(&saved.bytes[1], &outer, sizeof outer);
  for (std::size_t i = 1; i <= outer; ++i) {
    std::memcpy(&saved.bytes[1 + 8 * i], &inner, sizeof inner);
  }
  expect_quick_refusal<std::vector<std::vector<Empty>>>(saved);
}

/// Loads altered bytes: that may work or be refused, but nothing else.
void expect_harmless(const Saved& saved) {
  Everything object;
  State state;
  state.object("it", object);
  const std::size_t before = allocated_now();
  reset_peak();
  const Code code = error_of([&] { restore(state, saved); }).code();
  EXPECT_TRUE(code == Code::ok || code == Code::unsupported) << name(code);
  EXPECT_LT(allocated_peak() - before, allowed(saved.bytes.size()));
}

Saved saved_everything() {
  Everything all = some_of_everything();
  State state;
  state.object("it", all);
  return save(state);
}

TEST(Hostile, EveryByteMayBeAltered) {
  const Saved saved = saved_everything();
  for (std::size_t i = 0; i < saved.bytes.size(); ++i) {
    for (const auto flip : {std::byte{0x01}, std::byte{0x02}, std::byte{0x80}, std::byte{0xff}}) {
      Saved altered = saved;
      altered.bytes[i] ^= flip;
      expect_harmless(altered);
    }
  }
}

TEST(Hostile, EveryTruncationIsRefused) {
  Saved saved = saved_everything();
  while (!saved.bytes.empty()) {
    saved.bytes.pop_back();
    expect_quick_refusal<Everything>(saved);
  }
}

TEST(Hostile, ABooleanIsZeroOrOne) {
  const Saved saved{{.kind = SectionKind::object}, {std::byte{1}, std::byte{2}}};
  expect_quick_refusal<bool>(saved);
  expect_quick_refusal<std::array<bool, 1>>(saved);
}

}  // namespace
}  // namespace tidemark::test
