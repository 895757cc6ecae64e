#include "state/changes.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

namespace tidemark::state {
namespace {

using Ranges = std::vector<Range>;

const crypto::Fingerprinter& fingerprinter() {
  static const crypto::Fingerprinter one{crypto::Secret32{}};
  return one;
}

/// Memory of which a copy is kept as the last generation has it.
struct Section {
  explicit Section(Changes how, std::size_t size) : changes(how), memory(size) { save(); }

  std::optional<Ranges> find() {
    InlineExecutor executor;
    return changes.find(memory, fingerprinter(), executor);
  }

  void save() {
    (void)find();
    changes.keep();
  }

  MemoryChanges changes;
  Buffer memory;
};

constexpr std::size_t leaves = 10;

TEST(MemoryChanges, EverythingIsWrittenFirst) {
  for (const Changes how : {Changes::found, Changes::marked}) {
    MemoryChanges changes(how);
    const Buffer memory(100);
    InlineExecutor executor;
    EXPECT_EQ(changes.find(memory, fingerprinter(), executor), std::nullopt);
  }
}

TEST(MemoryChanges, NothingChangesByItself) {
  for (const Changes how : {Changes::found, Changes::marked}) {
    Section section(how, leaves * leaf_size + 5);
    EXPECT_EQ(section.find(), Ranges{});
  }
}

TEST(MemoryChanges, NeighboursAreOneRange) {
  Section section(Changes::found, leaves * leaf_size + 5);
  section.memory[leaf_size] ^= std::byte{1};
  section.memory[3 * leaf_size - 1] ^= std::byte{1};
  section.memory[leaves * leaf_size] ^= std::byte{1};
  EXPECT_EQ(section.find(), (Ranges{{leaf_size, 2 * leaf_size}, {leaves * leaf_size, 5}}));
}

TEST(MemoryChanges, MarksAreTakenForWhatChanged) {
  Section section(Changes::marked, leaves * leaf_size);
  section.memory[0] ^= std::byte{1};  // unsaid
  section.changes.touch(2 * leaf_size - 1, 2);
  section.changes.touch(5 * leaf_size, 0);
  section.changes.touch(leaves * leaf_size - 1, 1);
  EXPECT_EQ(section.find(),
            (Ranges{{leaf_size, 2 * leaf_size}, {(leaves - 1) * leaf_size, leaf_size}}));
  section.changes.keep();
  EXPECT_EQ(section.find(), Ranges{});
}

TEST(MemoryChanges, WhatWasNotWrittenCountsAgain) {
  for (const Changes how : {Changes::found, Changes::marked}) {
    Section section(how, leaves * leaf_size);
    section.memory[leaf_size] ^= std::byte{1};
    section.changes.touch(leaf_size, 1);
    const Ranges changed{{leaf_size, leaf_size}};
    EXPECT_EQ(section.find(), changed);
    section.changes.forget();
    EXPECT_EQ(section.find(), changed);
    section.changes.keep();
    EXPECT_EQ(section.find(), Ranges{});
  }
}

TEST(MemoryChanges, AChangeTakenBackAfterAFailureIsWrittenAllTheSame) {
  Section section(Changes::found, leaves * leaf_size);
  section.memory[0] ^= std::byte{1};
  (void)section.find();
  section.changes.forget();
  section.memory[0] ^= std::byte{1};
  EXPECT_EQ(section.find(), (Ranges{{0, leaf_size}})) << "its fingerprint was taken in between";
}

TEST(MemoryChanges, MarksThatComeWhileWritingCountForTheNextTime) {
  Section section(Changes::marked, leaves * leaf_size);
  (void)section.find();
  section.changes.touch(0, 1);
  section.changes.keep();
  EXPECT_EQ(section.find(), (Ranges{{0, leaf_size}}));
}

TEST(MemoryChanges, WhatGrewIsWrittenFromTheLeafThatWasShorter) {
  for (const Changes how : {Changes::found, Changes::marked}) {
    Section section(how, leaves * leaf_size + 5);
    section.memory.resize(leaves * leaf_size + 9);
    EXPECT_EQ(section.find(), (Ranges{{leaves * leaf_size, 9}}));
    section.changes.keep();
    section.memory.resize((leaves + 1) * leaf_size);
    section.save();
    section.memory.resize((leaves + 2) * leaf_size);
    EXPECT_EQ(section.find(), (Ranges{{(leaves + 1) * leaf_size, leaf_size}}));
  }
}

TEST(MemoryChanges, GrowingThatFailedIsGrowingAgain) {
  Section section(Changes::marked, leaves * leaf_size);
  section.memory.resize((leaves + 1) * leaf_size);
  (void)section.find();
  section.changes.forget();
  EXPECT_EQ(section.find(), (Ranges{{leaves * leaf_size, leaf_size}}));
}

TEST(MemoryChanges, WhatShrankIsWrittenAsAWhole) {
  Section section(Changes::found, leaves * leaf_size);
  section.memory.resize(leaves * leaf_size - 1);
  EXPECT_EQ(section.find(), std::nullopt);
  section.changes.keep();
  EXPECT_EQ(section.find(), Ranges{});
}

TEST(MemoryChanges, WhereMostOfItChangedAllIsWritten) {
  Section section(Changes::marked, leaves * leaf_size);
  section.changes.touch(0, leaves / 2 * leaf_size);
  EXPECT_TRUE(section.find().has_value());
  section.changes.forget();
  section.changes.touch(leaves / 2 * leaf_size, 1);
  EXPECT_EQ(section.find(), std::nullopt);
}

/// Whatever is changed, said, kept, forgotten, grown or cut: a copy to which each kept range was
/// applied is the memory.
RC_GTEST_PROP(MemoryChanges, AppliedToACopyGiveTheMemory, ()) {
  const Changes how = *rc::gen::element(Changes::found, Changes::marked);
  ThreadPool pool(2);
  MemoryChanges changes(how);
  Buffer memory(*rc::gen::inRange<std::size_t>(0, 40 * leaf_size));
  Buffer copy;
  const int rounds = *rc::gen::inRange(1, 12);
  for (int round = 0; round < rounds; ++round) {
    const int edits = *rc::gen::inRange(0, 6);
    for (int i = 0; i < edits && !memory.empty(); ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, memory.size());
      const auto length =
          std::min<std::size_t>(*rc::gen::inRange<std::size_t>(0, 9000), memory.size() - at);
      std::for_each_n(memory.begin() + static_cast<std::ptrdiff_t>(at), length,
                      [](std::byte& byte) { byte ^= std::byte{0x5a}; });
      changes.touch(at, length);
    }
    if (*rc::gen::inRange(0, 3) == 0) {
      memory.resize(*rc::gen::inRange<std::size_t>(0, 40 * leaf_size), std::byte{1});
    }
    const auto ranges = changes.find(memory, fingerprinter(), pool);
    if (*rc::gen::inRange(0, 3) == 0) {
      changes.forget();
      continue;
    }
    if (!ranges) copy = memory;
    copy.resize(memory.size());
    for (const Range& range : ranges.value_or(Ranges())) {
      std::copy_n(memory.begin() + static_cast<std::ptrdiff_t>(range.offset), range.length,
                  copy.begin() + static_cast<std::ptrdiff_t>(range.offset));
    }
    changes.keep();
    RC_ASSERT(copy == memory);
  }
}

}  // namespace
}  // namespace tidemark::state
