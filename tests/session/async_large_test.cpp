// Captures of more than one batch: held in memory, or written while the caller waits.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using Stop = io::SimulatedFileSystem::Stop;

constexpr std::size_t batches = 2;
constexpr std::size_t size = (batches * container::RecordStream::batch_size + 5000) / 8;

/// How much of a checkpoint is held: all, nothing but what is being filled, or a part.
class AsyncLargeTest : public testing::TestWithParam<std::uint64_t> {};

INSTANTIATE_TEST_SUITE_P(Held, AsyncLargeTest,
                         testing::Values(std::uint64_t{1} << 30, 0,
                                         container::RecordStream::batch_size + 1'000'000));

void save(World::Application& application, std::uint64_t age) {
  application.set_age(age);
  (void)application.live->checkpoint_async()->wait();
}

TEST_P(AsyncLargeTest, HoldsWhatWasCaptured) {
  World world;
  world.most_captured = GetParam();
  World::Application application(1, size);
  world.executor = std::make_unique<ThreadPool>(3);
  world.background = true;
  world.create(application);
  for (std::uint64_t age = 2; age < 8; ++age) {
    application.set_age(age);
    const auto saving = application.live->checkpoint_async();
    application.set_age(1000);
    EXPECT_EQ(saving->wait().value, age);
    EXPECT_GT(saving->progress().bytes_total, size * 8);
    EXPECT_EQ(saving->progress().bytes_done, saving->progress().bytes_total);
  }
  save(application, 8);
  application.live.reset();
  World::Application back(0);
  world.restore(back);
  EXPECT_EQ(back.numbers.size(), size);
  EXPECT_EQ(back.age(), 8U);
  EXPECT_TRUE(back.is_whole());
}

TEST_P(AsyncLargeTest, StoppedAtEveryCall) {
  for (const Stop where : {Stop::before, Stop::midway}) {
    bool stopped = true;
    for (std::uint64_t n = 1; stopped; ++n) {
      World world(n);
      world.most_captured = GetParam();
      World::Application application(1, size);
      world.create(application);
      save(application, 2);  // its buffers are used again
      world.files.stop_at(n, where);
      bool acknowledged = false;
      try {
        save(application, 3);
        acknowledged = true;
      } catch (const io::Crash&) {  // NOLINT(bugprone-empty-catch): that is what stopping means
      }
      stopped = world.files.crashed();
      application.live.reset();
      world.cut_power_every_way(n, [&] {
        World::Application back(0);
        world.restore(back);
        EXPECT_GE(back.age(), acknowledged ? 3U : 2U);
        EXPECT_TRUE(back.is_whole()) << "a torn state";
      });
      if (HasFailure()) return;
    }
  }
}

TEST_P(AsyncLargeTest, ADiskThatIsFullLeavesTheCommittedGeneration) {
  World world;
  world.most_captured = GetParam();
  World::Application application(1, size);
  world.create(application);
  application.set_age(2);
  world.files.set_capacity(2 * size * sizeof(std::uint64_t) - 100'000);
  const auto names = world.files.names();
  EXPECT_EQ(code_of([&] { save(application, 2); }), Code::failed);
  EXPECT_EQ(world.files.names(), names) << "what was half written is given back";
  world.files.set_capacity(1'000'000'000);
  save(application, 3);
  EXPECT_EQ(application.live->generation().value, 2U);
  application.live.reset();
  EXPECT_EQ(world.restored_age(), 3U);
}

TEST_P(AsyncLargeTest, EveryCallFailsAndTheSessionGoesOn) {
  World world;
  world.most_captured = GetParam();
  World::Application application(1, size);
  world.create(application);
  std::uint64_t age = 1;
  bool failed = true;
  for (std::uint64_t n = 1; failed; ++n) {
    const std::uint64_t before = world.files.calls();
    world.files.fail_at(n, EIO);
    const Code code = code_of([&] { save(application, ++age); });
    failed = world.files.calls() - before >= n;
    EXPECT_TRUE(code == Code::failed || code == Code::ok);  // ok: a hint, or cleaning up
    world.files.clear_faults();
    save(application, ++age);
    ASSERT_LT(n, 100U);
  }
  application.live.reset();
  EXPECT_EQ(world.restored_age(), age);
}

}  // namespace
}  // namespace tidemark::session
