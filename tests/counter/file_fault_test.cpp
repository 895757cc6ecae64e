/// A counter of files when its disk fails.

#include <gtest/gtest.h>
#include <tidemark/error.h>

#include "crash_world.h"
#include "marks.h"

namespace tidemark::counter {
namespace {

void prepare(CrashWorld& world, int advances) {
  for (int i = 0; i < advances; ++i) world.advance();
}

const std::vector<Operation> operations = {&CrashWorld::read, &CrashWorld::advance,
                                           &CrashWorld::advance_in_vain};

TEST(FileCounterFault, KeepsTheMarkWhicheverCallFails) {
  const auto all = aftermaths(10);
  for (const Operation operation : operations) {
    for (const int advances_before : {0, 1, 2, 3}) {
      for (const Event event : {Event::fails, Event::disk_is_full, Event::fails_from_then_on}) {
        for (std::uint64_t n = 1;; ++n) {
          SCOPED_TRACE(std::to_string(advances_before) + " before, call " + std::to_string(n));
          CrashWorld world;
          prepare(world, advances_before);
          if (!run(world, operation, event, n)) break;
          const auto failed = world.snapshot();
          check_lives_on(world);  // in the same process
          for (const Aftermath& aftermath : all) {
            SCOPED_TRACE(aftermath.name);
            // Nobody can tell what is durable if the one that knows of a failure is gone as well.
            if (event == Event::fails_from_then_on && !aftermath.power_cut) continue;
            world.put_back(failed);
            apply(aftermath, world);
            check_lives_on(world);
          }
          if (testing::Test::HasFailure()) return;
        }
      }
    }
  }
}

/// A process is killed before its sync, and the next one's calls fail: what it finds may be in
/// memory only, and a sync that succeeds afterwards proves nothing.
TEST(FileCounterFault, NeverReportsWhatASyncLost) {
  for (const int advances_before : {0, 1, 2}) {
    for (std::uint64_t killed_at = 1;; ++killed_at) {
      CrashWorld world;
      prepare(world, advances_before);
      if (!run(world, &CrashWorld::advance, Event::stops_midway, killed_at)) break;
      const auto killed = world.snapshot();
      for (const Operation operation : operations) {
        for (const Event event : {Event::fails, Event::fails_from_then_on}) {
          for (std::uint64_t n = 1;; ++n) {
            SCOPED_TRACE(std::to_string(advances_before) + " before, killed in call " +
                         std::to_string(killed_at) + ", fails in call " + std::to_string(n));
            world.put_back(killed);
            world.start_process();
            if (!run(world, operation, event, n)) break;
            check_lives_on(world);
            if (testing::Test::HasFailure()) return;
          }
        }
      }
    }
  }
}

TEST(FileCounterFault, AdvancesOnAFullDisk) {
  CrashWorld world;
  prepare(world, 2);
  world.files.set_capacity(1);
  world.advance();
  world.read();
  world.start_process();
  world.read();
  world.advance();
}

TEST(FileCounterFault, IsNotBornOnAFullDisk) {
  CrashWorld world;
  for (const unsigned capacity : {0U, 1U, 4095U, 4096U, 8191U}) {
    world.files.set_capacity(capacity);
    try {
      world.advance();
      FAIL() << capacity;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::counter_unavailable);
    }
    world.read();
  }
  world.files.set_capacity(16384);
  world.advance();
  check_lives_on(world);
}

/// Everything above in any order: `seed` is all that it takes to see a failure again.
void walk(std::uint64_t seed) {
  io::Dice dice(seed);
  const auto all = aftermaths(1);
  CrashWorld world;
  for (int step = 0; step < 40; ++step) {
    const Operation operation = operations[dice() % operations.size()];
    const auto event = static_cast<Event>(dice() % 5);
    const std::uint64_t n = 1 + dice() % (dice() % 2 == 0 ? 12 : 40);
    const auto alive = run(world, operation, event, n);
    Aftermath aftermath = all[dice() % all.size()];
    aftermath.seed = dice();
    const bool doubts = alive == true && event == Event::fails_from_then_on;
    const bool may_end = !doubts || aftermath.power_cut.has_value();
    if (alive == false || (may_end && dice() % 4 == 0)) {
      apply(aftermath, world);
    } else if (doubts || dice() % 2 == 0) {
      world.read();
    }
  }
  check_lives_on(world);
}

TEST(FileCounterFault, KeepsItsPromisesOnRandomWalks) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("walk(" + std::to_string(seed) + ")");
    walk(seed);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace tidemark::counter
