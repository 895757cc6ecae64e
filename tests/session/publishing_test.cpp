// docs/protocol.md, "Names": files that keep their own names, and storage without locks.

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using Fate = ScriptedCounter::Fate;
namespace fs = std::filesystem;

const fs::path own_folder = "/data/dump.dat.d";

void save(World::Application& application, std::uint64_t age) {
  application.set_age(age);
  (void)application.live->checkpoint(Save::last);
}

struct PublishingTest : testing::Test {
  [[nodiscard]] std::vector<fs::path> own_files() const {
    std::vector<fs::path> found;
    for (const fs::path& path : world.files.names()) {
      if (path.parent_path() == own_folder) found.push_back(path);
    }
    return found;
  }

  World world;
};

struct AlternateTest : PublishingTest {
  void SetUp() override { world.publishing = Publishing::alternate; }
};

struct WithoutLocksTest : PublishingTest {
  void SetUp() override {
    world.locks = false;
    world.files.refuse_locks(true);
  }
};

/// A session whose save of age 2 was applied late, and unknown to it; another instance takes that
/// over, and its request is under way.
struct LateTakeOverTest : WithoutLocksTest {
  void SetUp() override {
    WithoutLocksTest::SetUp();
    world.create(old);
    delay_requests();
    EXPECT_EQ(code_of([&] { save(old, 2); }), Code::unconfirmed);
    world.counter->script({});
    world.counter->deliver();
    delay_requests();
    World::Application young{0};
    EXPECT_EQ(code_of([&] { world.restore(young); }), Code::counter_unavailable);
    world.counter->script({});
  }

  void delay_requests() { world.counter->script({Fate::late, Fate::late, Fate::late}); }

  World::Application old{1};
};

TEST_F(AlternateTest, TheFirstGenerationTakesTheFile) {
  World::Application application{1};
  world.create(application);
  EXPECT_TRUE(world.files.contents(World::file));
  save(application, 2);
  EXPECT_FALSE(world.files.contents(World::file)) << "superseded";
  EXPECT_EQ(own_files().size(), 2U) << "generation and note";
}

TEST_F(AlternateTest, NoFileIsTouchedOnceItIsWritten) {
  World::Application application{1};
  world.create(application);
  std::map<fs::path, Buffer> seen;
  for (std::uint64_t age = 2; age < 8; ++age) {
    save(application, age);
    for (const fs::path& path : own_files()) {
      const Buffer now = *world.files.contents(path);
      EXPECT_EQ(seen.try_emplace(path, now).first->second, now) << path;
    }
  }
  EXPECT_EQ(own_files().size(), 2U);
}

TEST_F(AlternateTest, ARestoreGoesOnThatWayWithoutBeingTold) {
  World::Application application{1};
  world.create(application);
  save(application, 2);
  application.live.reset();
  world.publishing.reset();
  world.restore(application);
  EXPECT_EQ(application.age(), 2U);
  save(application, 3);
  EXPECT_FALSE(world.files.contents(World::file));
  EXPECT_EQ(own_files().size(), 2U);
}

TEST_F(AlternateTest, AFileThatIsNotOursIsLeftAlone) {
  const std::string_view text = "a letter";
  world.files.put(World::file, bytes_of(text));
  World::Application application{1};
  world.create(application);
  save(application, 2);
  save(application, 3);
  application.live.reset();
  EXPECT_EQ(world.restored_age(), 3U);
  const auto bytes = bytes_of(text);
  EXPECT_EQ(world.files.contents(World::file), Buffer(bytes.begin(), bytes.end()));
}

TEST_F(AlternateTest, AnOldCopyOfEverythingIsStale) {
  World::Application application{1};
  world.create(application);
  save(application, 2);
  const io::SimulatedDisk old = world.files.snapshot();
  save(application, 3);
  application.live.reset();
  world.files.put_back(old);
  EXPECT_EQ(code_of([&] { (void)world.restored_age(); }), Code::stale);
}

TEST_F(AlternateTest, ABareSaveNeverFinishedDoesNotHideARollback) {
  World::Application application{1};
  world.create(application);
  save(application, 2);
  const io::SimulatedDisk old = world.files.snapshot();
  save(application, 3);
  application.live.reset();
  world.files.put_back(old);
  Buffer head = *world.files.contents(own_files().front());
  head.resize(4096);
  world.files.put(own_folder / "00000000000000aa", head);
  head.resize(65536);
  world.files.put(own_folder / "00000000000000bb", head);
  EXPECT_EQ(code_of([&] { (void)world.restored_age(); }), Code::stale);
}

TEST_F(AlternateTest, OutagesKeepEveryPendingChild) {
  World::Application application{1};
  world.create(application);
  save(application, 2);
  world.counter->script(std::deque<Fate>(9, Fate::lost));
  for (const std::uint64_t age : {3U, 4U}) {
    EXPECT_EQ(code_of([&] { save(application, age); }), Code::unconfirmed);
  }
  application.live.reset();
  world.counter->script({});
  EXPECT_EQ(world.restored_age(), 4U);
}

TEST_F(AlternateTest, BackOnAnOrdinaryFileSystemTheFileComesBack) {
  World::Application application{1};
  world.create(application);
  save(application, 2);
  application.live.reset();
  world.publishing = Publishing::append;
  world.restore(application);
  save(application, 3);
  EXPECT_TRUE(world.files.contents(World::file));
  EXPECT_TRUE(own_files().empty());
  application.live.reset();
  world.publishing.reset();
  EXPECT_EQ(world.restored_age(), 3U);
}

TEST_F(WithoutLocksTest, OnlyTheFirstGenerationsSessionWritesTheFile) {
  World::Application application{1};
  world.create(application);
  save(application, 2);
  EXPECT_TRUE(own_files().empty());
  const Buffer written = *world.files.contents(World::file);
  application.live.reset();
  world.restore(application);
  EXPECT_FALSE(world.files.contents(World::file)) << "superseded, and not written again";
  ASSERT_EQ(own_files().size(), 1U);
  EXPECT_TRUE(own_files().front().string().ends_with(".append"));
  EXPECT_LE(written.size(), world.files.contents(own_files().front())->size() + 3 * 8192U);
}

TEST_F(WithoutLocksTest, OfTwoThatLiveOnlyOneCommits) {
  World::Application old{1};
  world.create(old);
  save(old, 2);
  World::Application young{0};
  world.restore(young);
  EXPECT_EQ(code_of([&] { save(old, 3); }), Code::fenced);
  save(young, 4);
  old.live.reset();
  young.live.reset();
  EXPECT_EQ(world.restored_age(), 4U);
}

TEST_F(LateTakeOverTest, ASaveAskedForAgainRemovesNothingThatCameLater) {
  save(old, 3);  // finds its own mark, and cleans up behind it
  world.counter->deliver();
  old.live.reset();
  EXPECT_EQ(world.restored_age(), 3U);
}

TEST_F(LateTakeOverTest, WhatItCommitsIsStillThere) {
  old.live->confirm();  // adopts the save of age 2, and cleans up behind it
  world.counter->deliver();
  EXPECT_EQ(code_of([&] { save(old, 3); }), Code::fenced);
  old.live.reset();
  EXPECT_EQ(world.restored_age(), 2U) << "the take-over's file was not removed";
}

/// What a session reports as unconfirmed is taken up, also where another instance has tried to take
/// the lineage over in the meantime. The names of the files are random: each seed is another order.
struct UnansweredTakeOverTest : testing::TestWithParam<std::uint64_t> {
  void SetUp() override {
    world.locks = false;
    world.files.refuse_locks(true);
    world.create(old);
  }

  void leave_unconfirmed(std::uint64_t age, Fate first = Fate::lost) {
    world.counter->answer_reads(false);
    std::deque<Fate> fates(6, Fate::lost);
    fates.front() = first;
    world.counter->script(fates);
    EXPECT_EQ(code_of([&] { save(old, age); }), Code::unconfirmed);
    world.counter->answer_reads(true);
  }

  void take_over_unanswered() {
    world.counter->script(std::deque<Fate>(3, Fate::lost));
    World::Application young{0};
    EXPECT_EQ(code_of([&] { world.restore(young); }), Code::counter_unavailable);
  }

  std::uint64_t restored_age() {
    old.live.reset();
    world.counter->script({});
    return world.restored_age();
  }

  World world{GetParam()};
  World::Application old{1};
};

TEST_P(UnansweredTakeOverTest, OfTheCommittedOneIsOlderThanWhatWasSavedThen) {
  take_over_unanswered();
  leave_unconfirmed(2);
  EXPECT_EQ(restored_age(), 2U);
}

TEST_P(UnansweredTakeOverTest, OfAPendingOneIsOlderThanWhatWasSavedThen) {
  leave_unconfirmed(2);
  take_over_unanswered();
  take_over_unanswered();
  leave_unconfirmed(3);
  EXPECT_EQ(restored_age(), 3U);
}

TEST_P(UnansweredTakeOverTest, OfACommitUnheardIsOlderThanWhatWasProposedInItsPlace) {
  leave_unconfirmed(2, Fate::answer_lost);
  take_over_unanswered();
  leave_unconfirmed(3);
  EXPECT_EQ(restored_age(), 3U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, UnansweredTakeOverTest, testing::Range<std::uint64_t>(1, 9));

TEST_F(WithoutLocksTest, AnUnreadableFileIsPassedOver) {
  World::Application application{1};
  world.create(application);
  application.live.reset();
  world.restore(application);
  save(application, 2);
  application.live.reset();
  world.files.put(World::file, bytes_of("torn"));
  EXPECT_EQ(world.restored_age(), 2U);
}

TEST_F(PublishingTest, TheEnvironmentNamesTheStorageThatNeedsWholeFiles) {
  const auto wholly = [&](const char* list) {
    World fresh;
    ::setenv("TIDEMARK_ALTERNATE", list, 1);
    World::Application application{1};
    fresh.create(application);
    save(application, 2);
    ::unsetenv("TIDEMARK_ALTERNATE");
    return !fresh.files.contents(World::file);
  };
  EXPECT_TRUE(wholly("/data/dump.dat"));
  EXPECT_TRUE(wholly("/other:/data"));
  EXPECT_TRUE(wholly("/data/"));
  EXPECT_FALSE(wholly("/data/dump"));
  EXPECT_FALSE(wholly("/dat:"));
  EXPECT_FALSE(wholly(""));
}

}  // namespace
}  // namespace tidemark::session
