/// A counter of files when processes are killed and the power is cut.

#include <gtest/gtest.h>

#include "crash_world.h"

namespace tidemark::counter {
namespace {

struct Case {
  std::string name{};
  int advances_before = 0;  ///< the birth included
  Operation operation{};
};

const std::vector<Case> cases = {
    {"birth", 0, &CrashWorld::advance},         {"read, absent", 0, &CrashWorld::read},
    {"first advance", 1, &CrashWorld::advance}, {"second advance", 2, &CrashWorld::advance},
    {"third advance", 3, &CrashWorld::advance}, {"read, born", 1, &CrashWorld::read},
    {"read, advanced", 3, &CrashWorld::read},   {"conflict", 2, &CrashWorld::advance_in_vain},
};

void prepare(CrashWorld& world, int advances) {
  for (int i = 0; i < advances; ++i) world.advance();
}

TEST(FileCounterCrash, LeavesTheOldMarkOrTheNewOneWhereverItStops) {
  const auto all = aftermaths(40);
  for (const auto& [name, advances_before, operation] : cases) {
    for (const Event event : {Event::stops_before, Event::stops_midway}) {
      for (std::uint64_t n = 1;; ++n) {
        SCOPED_TRACE(name + ", call " + std::to_string(n));
        CrashWorld world;
        prepare(world, advances_before);
        if (!run(world, operation, event, n)) break;
        const auto stopped = world.snapshot();
        for (const Aftermath& aftermath : all) {
          SCOPED_TRACE(aftermath.name);
          world.put_back(stopped);
          apply(aftermath, world);
          check_lives_on(world);
        }
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

/// What one process left unsynced, the next one finds, and it may stop too.
TEST(FileCounterCrash, TwiceInARowIsNoDifferent) {
  const auto all = aftermaths(1);
  const auto stop_again = [&](const CrashWorld::Snapshot& stopped, const Aftermath& first) {
    for (const Operation operation : {&CrashWorld::read, &CrashWorld::advance}) {
      for (std::uint64_t n = 1;; ++n) {
        SCOPED_TRACE("again in call " + std::to_string(n));
        CrashWorld world;
        world.put_back(stopped);
        apply(first, world);
        if (!run(world, operation, Event::stops_midway, n)) break;
        const auto stopped_again = world.snapshot();
        for (const Aftermath& second : all) {
          SCOPED_TRACE(second.name);
          world.put_back(stopped_again);
          apply(second, world);
          check_lives_on(world);
        }
        if (testing::Test::HasFailure()) return;
      }
    }
  };
  for (const int advances_before : {0, 2}) {
    for (std::uint64_t n = 1;; ++n) {
      SCOPED_TRACE(std::to_string(advances_before) + " before, call " + std::to_string(n));
      CrashWorld world;
      prepare(world, advances_before);
      if (!run(world, &CrashWorld::advance, Event::stops_midway, n)) break;
      for (const Aftermath& first : all) {
        SCOPED_TRACE(first.name);
        stop_again(world.snapshot(), first);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(FileCounterCrash, LeavesNothingBehindThatALaterBirthDoesNotRemove) {
  for (std::uint64_t n = 1;; ++n) {
    CrashWorld world;
    if (!run(world, &CrashWorld::advance, Event::stops_before, n)) break;
    apply({"killed"}, world);
    world.advance();
    EXPECT_LE(world.files.names().size(), 2U)
        << "beside the counter's file and its lock, call " << n;
  }
}

}  // namespace
}  // namespace tidemark::counter
