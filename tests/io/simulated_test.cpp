#include "io/simulated.h"

#include <gmock/gmock.h>

#include <stdexcept>
#include <thread>

#include "tests/io/helpers.h"

namespace tidemark::io {
namespace {

using Outcome = LockAttempt::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;

class SimulatedTest : public testing::Test {
 protected:
  SimulatedTest() { files.make_folders("/data"); }

  std::string seen(const std::filesystem::path& path) {
    const auto bytes = files.contents(path);
    return bytes ? std::string(text_of(*bytes)) : "absent";
  }

  SimulatedFileSystem files;
};

TEST_F(SimulatedTest, EveryCallCounts) {
  std::uint64_t expected = files.calls();
  const auto counted = [&](const char* call) { EXPECT_EQ(files.calls(), ++expected) << call; };
  const auto file = files.create("/data/a");
  counted("create");
  file->write_at(0, bytes_of("text"));
  counted("write_at");
  Buffer into(1);
  (void)file->read_at(0, into);
  counted("read_at");
  file->resize(2);
  counted("resize");
  file->sync();
  counted("sync");
  (void)file->size();
  counted("size");
  (void)files.open("/data/a", Access::read);
  counted("open");
  files.rename("/data/a", "/data/b");
  counted("rename");
  files.remove("/data/c");
  counted("remove");
  files.make_folders("/data/d");
  counted("make_folders");
  files.sync_folder("/data");
  counted("sync_folder");
  (void)files.list("/data");
  counted("list");
  (void)files.type("/data");
  counted("type");
  (void)files.private_to_owner("/data/b");
  counted("private_to_owner");
  (void)files.resolve("/data/b");
  counted("resolve");
  auto attempt = files.try_lock("/data/lock");
  counted("try_lock");
  attempt.lock.reset();
  (void)file->path();
  (void)files.contents("/data/b");
  (void)files.names();
  files.put("/data/e", {});
  files.erase("/data/e");
  files.put_back(files.snapshot());
  EXPECT_EQ(files.calls(), expected);
}

TEST_F(SimulatedTest, WhatIsPutIsThereAndDurable) {
  files.put("/deep/er/file", bytes_of("old"));
  const auto opened = files.open("/deep/er/file", Access::read);
  files.put("/deep/er/file", bytes_of("new"));
  EXPECT_EQ(read_all(*opened), "old") << "another file took the name";
  EXPECT_EQ(seen("/deep/er/file"), "new");
  files.restart(Unsynced::dropped);
  EXPECT_EQ(seen("/deep/er/file"), "new");
  EXPECT_THAT(files.list("/deep"), ElementsAre("er"));
}

TEST_F(SimulatedTest, WhatIsErasedIsGoneDurably) {
  files.put("/data/file", bytes_of("text"));
  files.erase("/data/file");
  files.erase("/data/file");
  files.erase("/nowhere/file");
  files.restart(Unsynced::dropped);
  EXPECT_EQ(files.contents("/data/file"), std::nullopt);
}

TEST_F(SimulatedTest, NamesAreAllFilesSorted) {
  files.put("/z", {});
  files.put("/data/b", {});
  files.put("/data/a", {});
  EXPECT_THAT(files.names(), ElementsAre("/data/a", "/data/b", "/z"));
}

TEST_F(SimulatedTest, ADiskIsPutBackAsItWas) {
  files.put("/data/file", bytes_of("yesterday"));
  const SimulatedDisk yesterday = files.snapshot();
  const auto file = files.open("/data/file", Access::read_write);
  file->write_at(0, bytes_of("today"));
  file->sync();
  const SimulatedDisk today = files.snapshot();

  files.put_back(yesterday);
  EXPECT_EQ(seen("/data/file"), "yesterday");
  EXPECT_THROW((void)file->size(), Crash) << "it belongs to an earlier process";
  files.open("/data/file", Access::read_write)->write_at(0, bytes_of("other"));
  files.put_back(yesterday);
  EXPECT_EQ(seen("/data/file"), "yesterday") << "a copy has files of its own";
  files.put_back(today);
  EXPECT_EQ(seen("/data/file"), "todayrday");
}

TEST_F(SimulatedTest, ACopiedDiskRemembersWhatIsUnsynced) {
  files.put("/data/file", bytes_of("old"));
  files.open("/data/file", Access::read_write)->write_at(0, bytes_of("new"));
  files.rename("/data/file", "/data/renamed");
  SimulatedFileSystem elsewhere;
  elsewhere.put_back(files.snapshot());
  EXPECT_EQ(text_of(*elsewhere.contents("/data/renamed")), "new");
  elsewhere.restart(Unsynced::dropped);
  EXPECT_EQ(text_of(*elsewhere.contents("/data/file")), "old");
  EXPECT_EQ(seen("/data/renamed"), "new");
}

TEST_F(SimulatedTest, LocksAreRefusedOnDemand) {
  files.refuse_locks(true);
  const auto attempt = files.try_lock("/data/lock");
  EXPECT_EQ(attempt.outcome, Outcome::refused);
  EXPECT_EQ(attempt.lock, nullptr);
  EXPECT_EQ(attempt.holder, std::nullopt);
  files.refuse_locks(false);
  EXPECT_EQ(files.try_lock("/data/lock").outcome, Outcome::taken);
}

TEST_F(SimulatedTest, AHolderIsAlwaysProcessOne) {
  const auto first = files.try_lock("/data/lock");
  EXPECT_EQ(files.try_lock("/data/./lock").holder, 1);
}

TEST_F(SimulatedTest, ACallAgainstTheContractIsABugOfTheCaller) {
  EXPECT_THROW((void)files.type("relative"), std::logic_error);
  files.put("/data/file", {});
  EXPECT_THROW(files.rename("/data/file", "/file"), std::logic_error);
}

TEST_F(SimulatedTest, RelativePathsAreTheRoots) {
  EXPECT_EQ(files.resolve("data/../data/file"), "/data/file");
  EXPECT_EQ(files.resolve(""), "/");
}

TEST_F(SimulatedTest, ThreadsMayShareIt) {
  const auto work = [&](const std::string& name) {
    for (int i = 0; i < 200; ++i) {
      const auto file = files.create(name);
      file->write_at(0, bytes_of(name));
      file->sync();
      EXPECT_EQ(read_all(*file), name);
      files.remove(name);
    }
  };
  const std::uint64_t before = files.calls();
  {
    const std::jthread one(work, "/data/one");
    const std::jthread other(work, "/data/other");
  }
  EXPECT_EQ(files.calls() - before, 2U * 200U * 6U);
}

}  // namespace
}  // namespace tidemark::io
