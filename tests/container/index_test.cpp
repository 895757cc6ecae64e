#include <gtest/gtest.h>
#include <tidemark/error.h>

#include <functional>

#include "tests/container/workbench.h"

namespace tidemark::container {
namespace {

constexpr std::size_t tag = 16;

SectionEntry entry(std::string name, std::uint64_t length, std::vector<Run> runs) {
  return {
      std::move(name), {SectionKind::array, ElementKind::floating, 8, 0}, length, std::move(runs)};
}

SectionEntry held(std::string name, std::uint64_t length) {
  return entry(std::move(name), length, {{0, length}});
}

/// Three records: one and two.
Index some_index() {
  return {{held("a", 10), entry("empty", 0, {}), entry("inherited", 99, {}),
           held("b", record_size + 1)},
          random_bytes(3 * tag, 1)};
}

Code refusal(const Index& index) {
  return code_of([&] { (void)Index::decode(index.encode(), tag); });
}

TEST(Index, ComesBackAsItWas) {
  const Index index = some_index();
  const Index again = Index::decode(index.encode(), tag);
  EXPECT_EQ(again.encode(), index.encode());
  ASSERT_EQ(again.sections.size(), 4U);
  EXPECT_EQ(again.sections[0].type, index.sections[0].type);
  EXPECT_EQ(again.sections[3].runs, index.sections[3].runs);
  EXPECT_TRUE(again.sections[2].inherits());
  EXPECT_FALSE(again.sections[1].inherits());
}

TEST(Index, MayBeEmpty) { EXPECT_EQ(refusal({}), Code::ok); }

TEST(Index, RefusesEveryTruncationAndOneByteMore) {
  Buffer whole = some_index().encode();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes part = Bytes(whole).first(size);
    EXPECT_EQ(code_of([&] { (void)Index::decode(part, tag); }), Code::damaged) << size;
  }
  whole.push_back(std::byte{0});
  EXPECT_EQ(code_of([&] { (void)Index::decode(whole, tag); }), Code::damaged);
}

TEST(Index, RefusesWhatMakesNoSense) {
  using Edit = std::function<void(Index&)>;
  constexpr auto huge = ~std::uint64_t{0};
  const std::vector<Edit> edits{
      [](Index& index) { index.sections[1].name = "a"; },
      [](Index& index) { index.sections[1].name = ""; },
      [](Index& index) { index.sections[0].runs = {{0, 11}}; },
      [](Index& index) { index.sections[0].runs = {{0, 0}}; },
      [](Index& index) { index.sections[0].runs = {{11, 1}}; },
      [](Index& index) { index.sections[0].runs = {{0, 5}, {4, 6}}; },
      [](Index& index) { index.sections[0].runs = {{5, 5}, {0, 5}}; },
      [](Index& index) { index.sections[0].runs = {{huge, 2}}; },
      [](Index& index) { index.sections[0].runs = {{1, huge}}; },
      [](Index& index) { index.sections[1].runs = {{0, 0}}; },
      [](Index& index) { index.tags.resize(2 * tag); },
      [](Index& index) { index.tags.resize(4 * tag); },
      [](Index& index) { index.tags.resize(3 * tag + 1); },
  };
  for (std::size_t i = 0; i < edits.size(); ++i) {
    Index index = some_index();
    edits[i](index);
    EXPECT_EQ(refusal(index), Code::damaged) << i;
  }
}

TEST(Index, SaysWhatALaterProgramWrote) {
  using Edit = std::function<void(Index&)>;
  const std::vector<Edit> edits{
      [](Index& index) { index.sections[0].type.kind = SectionKind{0}; },
      [](Index& index) { index.sections[0].type.kind = SectionKind{4}; },
      [](Index& index) { index.sections[0].type.element = ElementKind{6}; },
  };
  for (std::size_t i = 0; i < edits.size(); ++i) {
    Index index = some_index();
    edits[i](index);
    EXPECT_EQ(refusal(index), Code::unsupported) << i;
  }
  Buffer extended = Index{}.encode();
  extended[2] = std::byte{1};
  EXPECT_EQ(code_of([&] { (void)Index::decode(extended, tag); }), Code::unsupported);
}

TEST(Index, BoundsWhatItAllocatesByItsOwnSize) {
  // A section that claims 2^32 - 1 runs, and ends there.
  Index index{{held("a", 10)}, {}};
  Buffer bytes = index.encode();
  const std::size_t count_at = 2 + 2 + 1 + 1 + 4 + 4 + 8;
  std::fill_n(bytes.begin() + count_at, 4, std::byte{0xff});
  EXPECT_EQ(code_of([&] { (void)Index::decode(bytes, tag); }), Code::damaged);
}

TEST(Index, ManyRecordsCannotBeClaimedWithFewTags) {
  // Sections of nearly 2^64 bytes each: their records add up to far more than there are tags.
  Index index;
  for (char name = 'a'; name < 'a' + 26; ++name) {
    index.sections.push_back(held(std::string(1, name), ~std::uint64_t{0}));
  }
  EXPECT_EQ(refusal(index), Code::damaged);
}

TEST(Index, CountsRecords) {
  EXPECT_EQ(records_for({0, 1}), 1U);
  EXPECT_EQ(records_for({0, record_size}), 1U);
  EXPECT_EQ(records_for({0, record_size + 1}), 2U);
  EXPECT_EQ(records_for({record_size - 1, 1}), 1U);
  EXPECT_EQ(records_for({record_size - 1, 2}), 2U);
  EXPECT_EQ(records_for({1, 2 * record_size}), 3U);
  EXPECT_EQ(records_for({0, ~std::uint64_t{0}}), std::uint64_t{1} << 44);
}

TEST(Index, MayHoldPiecesOfASection) {
  Index index = some_index();
  index.sections[0].runs = {{0, 2}, {4, 2}, {6, 1}};
  index.tags = random_bytes(5 * tag, 1);
  const Index again = Index::decode(index.encode(), tag);
  EXPECT_EQ(again.sections[0].runs, index.sections[0].runs);
  EXPECT_TRUE(again.sections[0].inherits());
  EXPECT_EQ(again.sections[0].inherited_end(), 10U);
}

TEST(Index, SaysWhereWhatIsInheritedEnds) {
  EXPECT_EQ(entry("a", 10, {{0, 10}}).inherited_end(), 0U);
  EXPECT_EQ(entry("a", 10, {{0, 4}, {4, 6}}).inherited_end(), 0U);
  EXPECT_EQ(entry("a", 10, {{0, 3}, {4, 6}}).inherited_end(), 4U);
  EXPECT_EQ(entry("a", 10, {{0, 4}}).inherited_end(), 10U);
  EXPECT_EQ(entry("a", 10, {}).inherited_end(), 10U);
}

}  // namespace
}  // namespace tidemark::container
