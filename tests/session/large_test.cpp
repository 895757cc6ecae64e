// States of more than one batch: written by several calls, and by several threads if there are.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using Stop = io::SimulatedFileSystem::Stop;

constexpr std::size_t size = (container::RecordStream::batch_size + 5000) / 8;

class LargeTest : public testing::TestWithParam<std::size_t> {
 protected:
  /// Each thread of the pool and of the writer is the process: it stops as a whole.
  [[nodiscard]] std::unique_ptr<Executor> threads() const {
    if (GetParam() == 1) return std::make_unique<InlineExecutor>();
    return std::make_unique<ThreadPool>(GetParam());
  }
};

INSTANTIATE_TEST_SUITE_P(Threads, LargeTest, testing::Values(1, 3));

void expect_whole(const World::Application& application, std::uint64_t from, std::uint64_t to) {
  EXPECT_GE(application.age(), from);
  EXPECT_LE(application.age(), to);
  EXPECT_EQ(application.numbers.size(), size);
  EXPECT_TRUE(std::ranges::all_of(application.numbers, [&](std::uint64_t number) {
    return number == application.age();
  })) << "a torn state";
}

/// A save from age 1 to age 2 that stops at call `n`, if it comes that far.
bool save_until(World& world, std::uint64_t n, Stop where, bool& acknowledged) {
  World::Application application(1, size);
  world.create(application);
  application.set_age(2);
  world.files.stop_at(n, where);
  try {
    application.live->checkpoint(Save::last);
    acknowledged = true;
  } catch (const io::Crash&) {
    return true;
  }
  return world.files.crashed();
}

TEST_P(LargeTest, StoppedAtEveryCall) {
  for (const Stop where : {Stop::before, Stop::midway}) {
    bool stopped = true;
    for (std::uint64_t n = 1; stopped; ++n) {
      World world(n);
      world.executor = threads();
      bool acknowledged = false;
      stopped = save_until(world, n, where, acknowledged);
      world.cut_power_every_way(n, [&] {
        World::Application application(0);
        world.restore(application);
        expect_whole(application, acknowledged ? 2 : 1, 2);
      });
      if (HasFailure()) return;
    }
  }
}

TEST_P(LargeTest, EveryCallFailsAndTheSessionGoesOn) {
  World world;
  world.executor = threads();
  World::Application application(1, size);
  world.create(application);
  std::uint64_t age = 1;
  bool failed = true;
  for (std::uint64_t n = 1; failed; ++n) {
    application.set_age(++age);
    const std::uint64_t before = world.files.calls();
    world.files.fail_at(n, EIO);
    try {
      application.live->checkpoint(Save::periodic);
      failed = world.files.calls() - before >= n;  // not heard of: a hint, or cleaning up
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::failed) << error.what();
    }
    world.files.clear_faults();
    application.live->checkpoint(Save::periodic);
    ASSERT_LT(n, 100U);
  }
  application.live.reset();
  EXPECT_EQ(world.restored_age(), age);
}

TEST_P(LargeTest, ADiskThatIsFullLeavesTheCommittedGeneration) {
  World world;
  world.executor = threads();
  World::Application application(1, size);
  world.create(application);
  application.set_age(2);
  world.files.set_capacity(2 * size * sizeof(std::uint64_t) - 100'000);
  try {
    application.live->checkpoint(Save::periodic);
    FAIL() << "there was room";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::failed);
    EXPECT_NE(std::string(error.what()).find("No space left"), std::string::npos) << error.what();
  }
  world.files.set_capacity(100'000'000);
  EXPECT_EQ(application.live->checkpoint(Save::periodic).value, 2U);
  application.live.reset();
  EXPECT_EQ(world.restored_age(), 2U);
}

}  // namespace
}  // namespace tidemark::session
