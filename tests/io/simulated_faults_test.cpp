#include <gmock/gmock.h>

#include "io/simulated.h"
#include "tests/io/helpers.h"

/// Calls that stop the process and calls that fail.
namespace tidemark::io {
namespace {

using Outcome = LockAttempt::Outcome;
using Stop = SimulatedFileSystem::Stop;
using testing::ElementsAre;
using testing::HasSubstr;

class SimulatedFaultsTest : public testing::Test {
 protected:
  SimulatedFaultsTest() { files.put("/data/old", bytes_of("old")); }

  std::string seen(const std::filesystem::path& path) {
    const auto bytes = files.contents(path);
    return bytes ? std::string(text_of(*bytes)) : "absent";
  }

  SimulatedFileSystem files;
};

TEST_F(SimulatedFaultsTest, AStopBeforeACallLeavesNothingOfIt) {
  const auto nothing_of = [&](const auto& call) {
    files.stop_at(1);
    EXPECT_THROW(call(), Crash);
    EXPECT_TRUE(files.crashed());
    EXPECT_THAT(files.names(), ElementsAre("/data/old"));
    EXPECT_EQ(seen("/data/old"), "old");
    files.kill();
    EXPECT_THAT(files.list("/data"), ElementsAre("old"));
  };
  const auto opened = [&] { return files.open("/data/old", Access::read_write); };
  nothing_of([&, file = opened()] { file->write_at(0, bytes_of("new")); });
  nothing_of([&, file = opened()] { file->resize(1); });
  nothing_of([&] { (void)files.create("/data/new"); });
  nothing_of([&] { files.rename("/data/old", "/data/new"); });
  nothing_of([&] { files.remove("/data/old"); });
  nothing_of([&] { files.make_folders("/data/sub"); });
  nothing_of([&] { (void)files.try_lock("/data/lock"); });
}

TEST_F(SimulatedFaultsTest, AfterAStopEveryCallStopsAndDestructorsDoNothing) {
  auto file = files.open("/data/old", Access::read_write);
  auto attempt = files.try_lock("/data/lock");
  const std::uint64_t before = files.calls();
  files.stop_at(2);
  EXPECT_EQ(files.type("/data"), FileType::folder);
  EXPECT_THROW((void)files.type("/data"), Crash);
  EXPECT_THROW((void)files.type("/data"), Crash);
  EXPECT_THROW((void)file->size(), Crash);
  EXPECT_THROW(file->sync(), Crash);
  EXPECT_THROW((void)files.try_lock("/data/other"), Crash);
  EXPECT_EQ(files.calls(), before + 2);
  file.reset();
  attempt.lock.reset();
  EXPECT_EQ(seen("/data/lock"), "1\n") << "a dead process releases nothing in good order";
}

TEST_F(SimulatedFaultsTest, AStopMidwayWritesTheFirstHalf) {
  const auto file = files.create("/data/new");
  files.stop_at(1, Stop::midway);
  EXPECT_THROW(file->write_at(0, bytes_of("abcdef")), Crash);
  EXPECT_EQ(seen("/data/new"), "abc");
}

TEST_F(SimulatedFaultsTest, AStopMidwayDoesTheRestUnheard) {
  const auto stopped = [&](const auto& call) {
    files.stop_at(1, Stop::midway);
    EXPECT_THROW(call(), Crash);
    EXPECT_TRUE(files.crashed());
    files.kill();
  };
  stopped([&] { (void)files.create("/data/new"); });
  EXPECT_EQ(seen("/data/new"), "");
  stopped([&] { files.rename("/data/new", "/data/renamed"); });
  EXPECT_EQ(seen("/data/renamed"), "");
  stopped([&] { files.remove("/data/renamed"); });
  EXPECT_EQ(seen("/data/renamed"), "absent");
  stopped([&] { files.make_folders("/data/sub/deeper"); });
  EXPECT_EQ(files.type("/data/sub/deeper"), FileType::folder);
  stopped([&] { (void)files.try_lock("/data/lock"); });
  EXPECT_EQ(seen("/data/lock"), "1\n");
  EXPECT_EQ(files.try_lock("/data/lock").outcome, Outcome::taken);
  stopped([&] { (void)files.open("/data/absent", Access::read); });
  stopped([&, file = files.open("/data/old", Access::read_write)] { file->resize(1); });
  EXPECT_EQ(seen("/data/old"), "o");
}

TEST_F(SimulatedFaultsTest, AStopMidwaySyncsUnheard) {
  const auto file = files.create("/data/new");
  file->write_at(0, bytes_of("text"));
  files.sync_folder("/data");
  files.stop_at(1, Stop::midway);
  EXPECT_THROW(file->sync(), Crash);
  files.restart(Unsynced::dropped);
  EXPECT_EQ(seen("/data/new"), "text");

  files.rename("/data/new", "/data/renamed");
  files.stop_at(1, Stop::midway);
  EXPECT_THROW(files.sync_folder("/data"), Crash);
  files.restart(Unsynced::dropped);
  EXPECT_EQ(seen("/data/renamed"), "text");
}

TEST_F(SimulatedFaultsTest, AStopThatWasNotReachedIsForgottenAtARestart) {
  files.stop_at(1);
  files.kill();
  EXPECT_EQ(files.type("/data"), FileType::folder);
  files.stop_at(1);
  files.restart(Unsynced::kept);
  EXPECT_EQ(files.type("/data"), FileType::folder);
}

TEST_F(SimulatedFaultsTest, ACallFailsOnce) {
  files.fail_at(2);
  (void)files.type("/data");
  EXPECT_THAT(
      failure_of([&] { files.rename("/data/old", "/data/new"); }),
      HasSubstr("cannot rename /data/old to /data/new: Input/output error; check the disk"));
  EXPECT_EQ(seen("/data/old"), "old");
  files.rename("/data/old", "/data/new");
  EXPECT_FALSE(files.crashed());
}

TEST_F(SimulatedFaultsTest, CallsFailUntilTheFaultIsCleared) {
  files.fail_at(2, ENOSPC, SimulatedFileSystem::Failing::from_then_on);
  (void)files.type("/data");
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(failure_of([&] { (void)files.create("/data/new"); }),
                HasSubstr("cannot create /data/new: No space left on device; free some space"));
  }
  EXPECT_THAT(failure_of([&] { (void)files.try_lock("/data/lock"); }), HasSubstr("cannot lock"));
  EXPECT_THAT(files.names(), ElementsAre("/data/old"));
  files.clear_faults();
  (void)files.create("/data/new");
}

TEST_F(SimulatedFaultsTest, AFailedWriteHappensInPart) {
  const auto file = files.create("/data/new");
  files.fail_at(1);
  EXPECT_THAT(failure_of([&] { file->write_at(0, bytes_of("abcdef")); }),
              HasSubstr("cannot write /data/new: Input/output error"));
  EXPECT_EQ(seen("/data/new"), "abc");
}

TEST_F(SimulatedFaultsTest, AFailedSyncForgets) {
  const auto file = files.open("/data/old", Access::read_write);
  file->write_at(3, bytes_of("lost"));
  files.fail_at(1);
  EXPECT_THAT(failure_of([&] { file->sync(); }), HasSubstr("cannot sync /data/old"));
  EXPECT_EQ(read_all(*file), "oldlost") << "still seen";
  file->write_at(7, bytes_of("new"));
  file->sync();
  EXPECT_EQ(read_all(*file), "oldlostnew");
  files.restart(Unsynced::kept);
  EXPECT_EQ(seen("/data/old"), std::string("old\0\0\0\0new", 10));
}

TEST_F(SimulatedFaultsTest, AFailedSyncOfAFolderForgetsNothing) {
  files.rename("/data/old", "/data/new");
  files.fail_at(1);
  EXPECT_THAT(failure_of([&] { files.sync_folder("/data"); }), HasSubstr("cannot sync the folder"));
  const SimulatedDisk disk = files.snapshot();
  files.restart(Unsynced::dropped);
  EXPECT_THAT(files.names(), ElementsAre("/data/old"));
  files.put_back(disk);
  files.sync_folder("/data");
  files.restart(Unsynced::dropped);
  EXPECT_THAT(files.names(), ElementsAre("/data/new"));
}

TEST_F(SimulatedFaultsTest, AFullDiskTakesWhatFits) {
  files.set_capacity(8);
  const auto file = files.create("/data/new");
  EXPECT_THAT(failure_of([&] { file->write_at(0, bytes_of("abcdefgh")); }),
              HasSubstr("cannot write /data/new: No space left on device; free some space"));
  EXPECT_EQ(seen("/data/new"), "abcde");
  file->write_at(0, bytes_of("ABCDE"));
  EXPECT_EQ(seen("/data/new"), "ABCDE") << "what is there already takes no more room";
  EXPECT_THAT(failure_of([&] { file->resize(6); }), HasSubstr("No space left on device"));
  files.remove("/data/old");
  file->resize(8);
  files.set_capacity(2);
  file->write_at(7, bytes_of("x"));
  file->resize(0);
  const auto attempt = files.try_lock("/data/lock");
  EXPECT_EQ(attempt.outcome, Outcome::taken);
}

TEST_F(SimulatedFaultsTest, AFullDiskCostsNoLock) {
  files.set_capacity(0);
  const auto attempt = files.try_lock("/data/lock");
  EXPECT_EQ(attempt.outcome, Outcome::taken);
  EXPECT_EQ(seen("/data/lock"), "");
}

TEST_F(SimulatedFaultsTest, AKillLeavesWhatWasWrittenUnsynced) {
  const auto file = files.create("/data/new");
  file->write_at(0, bytes_of("text"));
  const auto attempt = files.try_lock("/data/lock");
  files.kill();
  EXPECT_EQ(seen("/data/new"), "text");
  EXPECT_EQ(seen("/data/lock"), "1\n");
  EXPECT_THROW((void)file->size(), Crash);
  EXPECT_FALSE(files.crashed());

  const auto again = files.try_lock("/data/lock");
  EXPECT_EQ(again.outcome, Outcome::taken);
  const SimulatedDisk disk = files.snapshot();
  files.restart(Unsynced::dropped);
  EXPECT_THAT(files.names(), ElementsAre("/data/old"));

  files.put_back(disk);
  files.sync_folder("/data");
  files.restart(Unsynced::dropped);
  EXPECT_EQ(seen("/data/new"), "");

  files.put_back(disk);
  files.open("/data/new", Access::read)->sync();
  files.sync_folder("/data");
  files.restart(Unsynced::dropped);
  EXPECT_EQ(seen("/data/new"), "text") << "a later process may sync what an earlier one wrote";
}

TEST_F(SimulatedFaultsTest, ALockOfADeadProcessReleasesNothing) {
  auto dead = files.try_lock("/data/lock");
  files.kill();
  const auto alive = files.try_lock("/data/lock");
  dead.lock.reset();
  EXPECT_EQ(seen("/data/lock"), "1\n");
  EXPECT_EQ(files.try_lock("/data/lock").outcome, Outcome::held);
}

}  // namespace
}  // namespace tidemark::io
