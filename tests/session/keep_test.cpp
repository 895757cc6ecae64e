// Older generations that stay in the file for an operator.

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

#include "container/reader.h"
#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using Ages = std::vector<std::uint64_t>;

class KeepTest : public testing::Test {
 protected:
  void start() { world.create(application); }

  void save(std::uint64_t age) {
    application.set_age(age);
    (void)application.live->checkpoint(Save::periodic);
  }

  void come_back() {
    application.live.reset();
    world.restore(application);
  }

  /// The one file that holds generations: beside it there may be notes.
  std::filesystem::path only_file() {
    std::filesystem::path only;
    for (const auto& name : world.files.names()) {
      if (name.extension() == ".lock") continue;
      if (container::scan(*world.files.open(name, io::Access::read)).generations.empty()) continue;
      EXPECT_TRUE(only.empty()) << only << " and " << name;
      only = name;
    }
    return only;
  }

  /// Of the generations in it, each read to its last byte. Take-overs look like what they took.
  Ages ages() {
    const auto file = world.files.open(only_file(), io::Access::read);
    const auto scan = container::scan(*file);
    Keyring keyring = load_keyring(*world.key.source(), World::lineage, key::Missing::refuse,
                                   world.files, world.random);
    Ages found;
    for (const auto& generation : scan.generations) {
      const SharedKey key = keyring.open(scan.head, generation.header);
      container::GenerationReader reader(*file, scan.head, generation, *key, *world.executor);
      World::Application loaded(0);
      auto& section = *loaded.state.registry().find("numbers")->section;
      section.load(*reader.section(0), reader.sections()[0].type);
      section.accept();
      EXPECT_TRUE(loaded.is_whole());
      found.push_back(loaded.age());
    }
    return found;
  }

  World world{};
  World::Application application{1, World::paged};
};

TEST_F(KeepTest, WithoutItAFileThatIsWrittenAnewHoldsOne) {
  world.compaction_limit = 0;
  start();
  for (std::uint64_t age = 2; age < 40; ++age) {
    const std::size_t before = world.files.contents(World::file)->size();
    save(age);
    if (world.files.contents(World::file)->size() > before) continue;
    EXPECT_EQ(ages(), Ages{age});
    return;
  }
  FAIL() << "it was never written anew";
}

TEST_F(KeepTest, TheNewestStayWhenTheFileIsWrittenAnew) {
  world.compaction_limit = 0;
  world.size = 3;
  World::Application small{1, 3};
  world.keep = 2;
  world.create(small);
  const auto save_small = [&](std::uint64_t age) {
    small.set_age(age);
    (void)small.live->checkpoint(Save::periodic);
  };
  save_small(2);
  EXPECT_EQ(ages(), (Ages{1, 2}));
  for (std::uint64_t age = 3; age < 10; ++age) {
    save_small(age);
    EXPECT_EQ(ages(), (Ages{age - 2, age - 1, age}));
  }
  small.live.reset();
  EXPECT_EQ(world.restored_age(), 9U);
}

TEST_F(KeepTest, WithWhatTheyReferTo) {
  world.compaction_limit = 0;
  world.keep = 3;
  start();
  bool anew = false;
  for (std::uint64_t age = 2; age < 60; ++age) {
    const std::size_t before = world.files.contents(World::file)->size();
    save(age);
    anew |= world.files.contents(World::file)->size() < before;
    const Ages there = ages();
    for (std::uint64_t kept = age < 4 ? 1 : age - 3; kept <= age; ++kept) {
      EXPECT_EQ(std::ranges::count(there, kept), 1) << kept << " at " << age;
    }
    EXPECT_LE(there.size(), 60U);
  }
  EXPECT_TRUE(anew);
  EXPECT_LT(world.files.contents(World::file)->size(), 10 * World::paged * 8) << "it does not grow";
}

TEST_F(KeepTest, ARestoreKnowsWhatCameBefore) {
  world.compaction_limit = 0;
  world.keep = 4;
  start();
  for (std::uint64_t age = 2; age < 30; age += 2) {
    save(age);
    come_back();  // a generation of its own, of the same age
    save(age + 1);
    const Ages there = ages();
    for (const std::uint64_t kept : {age - 1, age, age + 1}) {
      EXPECT_GE(std::ranges::count(there, kept), 1) << kept << " at " << age;
    }
  }
}

TEST_F(KeepTest, EachWholeFileBeginsWithThem) {
  world.publishing = Publishing::alternate;
  world.keep = 2;
  start();
  for (std::uint64_t age = 2; age < 8; ++age) {
    save(age);
    EXPECT_EQ(ages(), age < 3 ? (Ages{1, 2}) : (Ages{age - 2, age - 1, age}));
  }
  come_back();
  EXPECT_EQ(ages(), (Ages{6, 7, 7}));
  save(8);
  EXPECT_EQ(ages(), (Ages{7, 7, 8}));
}

TEST_F(KeepTest, WhatCannotBeReadIsLeftBehind) {
  bool failed = true;
  for (std::uint64_t n = 1; failed; ++n) {
    SCOPED_TRACE(n);
    World fresh(n);
    fresh.compaction_limit = 0;
    fresh.keep = 2;
    World::Application small{1, 3};
    fresh.create(small);
    small.set_age(2);
    (void)small.live->checkpoint(Save::periodic);
    small.set_age(3);
    const auto before = fresh.files.calls();
    fresh.files.fail_at(n, EIO);
    const Code code = code_of([&] { (void)small.live->checkpoint(Save::periodic); });
    failed = fresh.files.calls() - before >= n;
    EXPECT_TRUE(code == Code::ok || code == Code::failed);
    fresh.files.clear_faults();
    small.set_age(4);
    (void)small.live->checkpoint(Save::periodic);
    small.live.reset();
    EXPECT_EQ(fresh.restored_age(), 4U);
    ASSERT_LT(n, 100U);
  }
}

TEST_F(KeepTest, NoMoreThanAFileMayBeginWith) {
  world.keep = 1001;
  EXPECT_EQ(code_of([&] { start(); }), Code::usage);
}

}  // namespace
}  // namespace tidemark::session
