#include "state/registry.h"

#include <gtest/gtest.h>

#include <utility>

#include "tests/state/streams.h"

namespace tidemark::test {
namespace {

TEST(Registry, KeepsSectionsInTheOrderInWhichTheyWereAdded) {
  State state;
  std::vector<int> zebra;
  std::vector<int> ant;
  state.array("zebra", zebra);
  state.array("ant", ant, Presence::optional);
  const auto entries = state.registry().entries();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].name, "zebra");
  EXPECT_EQ(entries[0].presence, Presence::required);
  EXPECT_EQ(entries[1].name, "ant");
  EXPECT_EQ(entries[1].presence, Presence::optional);
}

TEST(Registry, FindsSectionsByName) {
  State state;
  std::vector<std::vector<int>> many(100);
  for (std::size_t i = 0; i < many.size(); ++i) state.array("array " + std::to_string(i), many[i]);
  for (std::size_t i = 0; i < many.size(); ++i) {
    const state::Entry* entry = state.registry().find("array " + std::to_string(i));
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry, &state.registry().entries()[i]);
  }
  EXPECT_EQ(state.registry().find("array 100"), nullptr);
  EXPECT_EQ(state.registry().find(""), nullptr);
}

TEST(Registry, RefusesUnknownSectionsUnlessTold) {
  State state;
  EXPECT_FALSE(state.registry().unknown_allowed());
  state.allow_unknown();
  EXPECT_TRUE(state.registry().unknown_allowed());
}

TEST(Registry, RefusesBadNames) {
  State state;
  std::vector<int> array;
  const auto add = [&](const std::string& name) {
    return error_of([&] { state.array(name, array); }).code();
  };
  EXPECT_EQ(add(""), Code::usage);
  EXPECT_EQ(add(std::string(256, 'a')), Code::usage);
  EXPECT_EQ(add(std::string(255, 'a')), Code::ok);
  EXPECT_EQ(add(std::string(255, 'a')), Code::usage);
  EXPECT_EQ(add(std::string(254, 'a')), Code::ok);
  EXPECT_EQ(state.registry().entries().size(), 2U);
}

TEST(Registry, RefusesANullSection) {
  State state;
  EXPECT_EQ(error_of([&] { state.section("it", nullptr); }).code(), Code::usage);
}

TEST(Registry, RefusesMoreSectionsThanAFileCanCount) {
  State state;
  std::vector<int> array;
  for (std::size_t i = 0; i < 65535; ++i) state.array(std::to_string(i), array);
  EXPECT_EQ(error_of([&] { state.array("one more", array); }).code(), Code::usage);
}

TEST(Registry, GoesWithAStateThatIsMoved) {
  State state;
  std::vector<int> array{1, 2, 3};
  state.array("it", array);
  State other = std::move(state);
  EXPECT_EQ(save(other).bytes.size(), 3 * sizeof(int));
}

/// A section of a program's own making.
class Note final : public Section {
 public:
  explicit Note(std::string& text) : text_(text) {}
  [[nodiscard]] SectionType type() const override { return {.kind = SectionKind::memory}; }
  void save(Sink& sink) const override { sink.write(std::as_bytes(std::span(text_))); }
  void load(Source& source, const SectionType&) override {
    fresh_.resize(source.remaining());
    source.read(std::as_writable_bytes(std::span(fresh_)));
  }
  void accept() noexcept override { text_ = std::move(fresh_); }
  void discard() noexcept override { fresh_.clear(); }

 private:
  std::string& text_;
  std::string fresh_;
};

TEST(Registry, TakesSectionsOfTheProgramsOwn) {
  std::string text = "as it was";
  State state;
  state.section("it", std::make_unique<Note>(text));
  const Saved saved = save(state);
  text = "changed";
  restore(state, saved);
  EXPECT_EQ(text, "as it was");
}

}  // namespace
}  // namespace tidemark::test
