#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <optional>

#include "io/simulated.h"
#include "tests/key/support.h"

namespace tidemark::key {
namespace {

using io::SimulatedFileSystem;

constexpr std::array all_outcomes{io::Unsynced::kept, io::Unsynced::dropped, io::Unsynced::trashed,
                                  io::Unsynced::mixed};

class MakingAKey : public testing::Test {
 protected:
  /// How many calls a load takes.
  [[nodiscard]] std::uint64_t calls() const {
    SimulatedFileSystem files;
    (void)load(key, files, Missing::make);
    return files.calls();
  }

  const ScopedVariable state{"XDG_STATE_HOME", "/state"};
  const Key key = open_key("file:");
};

/// The slot of a load that got through; nothing if it was stopped.
std::optional<Buffer> try_load(const Key& key, SimulatedFileSystem& files) {
  try {
    return slot_of(*load(key, files, Missing::make));
  } catch (const io::Crash&) {
    return std::nullopt;
  }
}

TEST_F(MakingAKey, MayBeCutShortAnywhereByAPowerCut) {
  const std::uint64_t last = calls();
  for (std::uint64_t n = 1; n <= last; ++n) {
    for (const auto where :
         {SimulatedFileSystem::Stop::before, SimulatedFileSystem::Stop::midway}) {
      for (const io::Unsynced outcome : all_outcomes) {
        SimulatedFileSystem files;
        files.stop_at(n, where);
        EXPECT_FALSE(try_load(key, files));
        files.restart(outcome, n);
        const Buffer slot = try_load(key, files).value();
        files.restart(io::Unsynced::dropped);
        EXPECT_TRUE(opens(*load(key, files), slot)) << "call " << n;
      }
    }
  }
}

// A program is killed, another one finds its key and uses it, then the power is cut: what was used
// must still be there.
TEST_F(MakingAKey, MayBeKilledAnywhereAndTheKeyThatIsFoundIsDurable) {
  const std::uint64_t last = calls();
  for (std::uint64_t n = 1; n <= last; ++n) {
    for (const auto where :
         {SimulatedFileSystem::Stop::before, SimulatedFileSystem::Stop::midway}) {
      for (const io::Unsynced outcome : all_outcomes) {
        SimulatedFileSystem files;
        files.stop_at(n, where);
        EXPECT_FALSE(try_load(key, files));
        files.kill();
        const Buffer slot = try_load(key, files).value();
        files.restart(outcome, n);
        EXPECT_TRUE(opens(*load(key, files), slot)) << "call " << n;
      }
    }
  }
}

TEST_F(MakingAKey, MayFailAnywhereAndIsTriedAgain) {
  const std::uint64_t last = calls();
  for (std::uint64_t n = 1; n <= last; ++n) {
    SimulatedFileSystem files;
    files.fail_at(n, ENOSPC);
    const Error error = error_of([&] { return load(key, files, Missing::make); });
    EXPECT_EQ(error.code(), Code::failed);
    EXPECT_NE(words(error).find("/state"), std::string::npos);
    files.clear_faults();
    for (const auto& path : files.names()) {
      EXPECT_TRUE(path.extension() == ".key" || path.extension() == ".lock") << path;
    }
    const Buffer slot = try_load(key, files).value();
    files.restart(io::Unsynced::dropped);
    EXPECT_TRUE(opens(*load(key, files), slot)) << "call " << n;
  }
}

TEST_F(MakingAKey, TellsTheFirstFailureWhenNothingWorksAnyMore) {
  const std::uint64_t last = calls();
  for (std::uint64_t n = 1; n <= last; ++n) {
    SimulatedFileSystem broken;
    broken.fail_at(n, EIO, SimulatedFileSystem::Failing::from_then_on);
    const Error error = error_of([&] { return load(key, broken, Missing::make); });
    EXPECT_EQ(error.code(), Code::failed);
    EXPECT_EQ(words(error).find("remove"), std::string::npos) << words(error);
  }
}

TEST_F(MakingAKey, NeedsLocks) {
  SimulatedFileSystem files;
  files.refuse_locks(true);
  const Error error = error_of([&] { return load(key, files, Missing::make); });
  EXPECT_EQ(error.code(), Code::failed);
  EXPECT_NE(error.advice().find("file:PATH"), std::string::npos);
  files.refuse_locks(false);
  const Buffer slot = try_load(key, files).value();
  files.refuse_locks(true);  // one that is there needs none
  EXPECT_TRUE(opens(*load(key, files, Missing::make), slot));
}

}  // namespace
}  // namespace tidemark::key
