// Checkpoints that go on in the background.

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using Fate = ScriptedCounter::Fate;

/// Where the background has to stop until a test lets it go on.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }

  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reached_; });
  }

  void open() {
    const std::lock_guard guard(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false;
  bool open_ = false;
};

class AsyncTest : public testing::Test {
 protected:
  AsyncTest() {
    world.background = true;
    world.create(application);
  }

  /// The next request to the counter waits at the gate.
  void hold_next_commit() {
    world.counter->before_next_advance([this] { gate.pass(); });
  }

  Saving save(std::uint64_t age) {
    application.set_age(age);
    return Saving(application.live->checkpoint_async());
  }

  Code try_save(std::uint64_t age) {
    return code_of([&] { (void)save(age).wait(); });
  }

  std::uint64_t restored_age() {
    application.live.reset();
    World::Application back(0);
    world.restore(back);
    EXPECT_TRUE(back.is_whole());
    return back.age();
  }

  World world{};
  Gate gate{};  // outlives the session that waits at it
  World::Application application{1, World::paged};
};

TEST_F(AsyncTest, ReturnsWhenTheStateMayChange) {
  hold_next_commit();
  const Saving saving = save(2);
  application.set_age(7);  // of no effect on what was captured
  gate.wait_until_reached();
  EXPECT_EQ(saving.stage(), SaveStage::durable);
  EXPECT_FALSE(saving.done());
  EXPECT_FALSE(saving.wait_for(std::chrono::milliseconds(1)));
  EXPECT_EQ(application.live->generation().value, 1U) << "nothing is saved before the commit";
  gate.open();
  EXPECT_EQ(saving.wait().value, 2U);
  EXPECT_TRUE(saving.done());
  EXPECT_EQ(saving.stage(), SaveStage::committed);
  EXPECT_EQ(saving.progress().bytes_done, saving.progress().bytes_total);
  EXPECT_EQ(application.live->generation().value, 2U);
  EXPECT_EQ(restored_age(), 2U);
}

TEST_F(AsyncTest, OneIsUnderWayAtATime) {
  hold_next_commit();
  const Saving first = save(2);
  gate.wait_until_reached();
  EXPECT_TRUE(application.live->is_saving());
  std::thread opener([this] { gate.open(); });
  const Saving second = save(3);  // waits for the first one
  EXPECT_TRUE(first.done());
  opener.join();
  EXPECT_EQ(second.wait().value, 3U);
  EXPECT_FALSE(application.live->is_saving());
  EXPECT_EQ(first.wait().value, 2U);
  EXPECT_EQ(restored_age(), 3U);
}

TEST_F(AsyncTest, OthersWaitForIt) {
  hold_next_commit();
  const Saving saving = save(2);
  std::thread opener([this] {
    gate.wait_until_reached();
    gate.open();
  });
  application.set_age(3);
  EXPECT_EQ(application.live->checkpoint(Save::periodic).value, 3U);
  EXPECT_TRUE(saving.done());
  opener.join();
  (void)save(4);
  application.live->confirm();
  EXPECT_EQ(application.live->generation().value, 4U);
  EXPECT_EQ(restored_age(), 4U);
}

TEST_F(AsyncTest, TheSessionsEndWaitsForIt) {
  hold_next_commit();
  const Saving saving = save(2);
  std::thread opener([this] {
    gate.wait_until_reached();
    gate.open();
  });
  application.live.reset();
  EXPECT_EQ(saving.wait().value, 2U) << "the handle outlives the session";
  opener.join();
  EXPECT_EQ(restored_age(), 2U);
}

TEST_F(AsyncTest, TheStateMayBeGoneBeforeTheSession) {
  auto other = std::make_unique<World::Application>(1, World::paged);
  World elsewhere(2);
  elsewhere.background = true;
  elsewhere.create(*other);
  other->set_age(2);
  const Saving saving(other->live->checkpoint_async());
  const auto live = std::move(other->live);
  other.reset();
  EXPECT_EQ(saving.wait().value, 2U);
}

TEST_F(AsyncTest, SectionsMayBeAddedMeanwhile) {
  (void)save(2);
  std::vector<std::uint64_t> more[20];
  for (int i = 0; auto& section : more) {
    application.state.array("more" + std::to_string(i++), section);
  }
  (void)save(3).wait();
  application.live->confirm();
  EXPECT_EQ(application.live->generation().value, 3U);
}

TEST_F(AsyncTest, WhatIsTouchedMeanwhileIsHeldByTheNext) {
  std::vector<std::uint64_t> marked(World::paged, 1);
  application.state.array("marked", marked, Presence::required, Changes::marked);
  (void)save(2).wait();
  const auto touch = [&](std::size_t number) {
    marked[number] = 7;
    application.state.touch("marked", number * 8, 8);
  };
  touch(0);
  hold_next_commit();
  const Saving saving = save(3);
  touch(World::page);
  gate.open();
  (void)saving.wait();
  (void)save(4).wait();
  application.live.reset();

  World::Application back(0);
  std::vector<std::uint64_t> there;
  back.state.array("marked", there, Presence::required, Changes::marked);
  world.restore(back);
  EXPECT_EQ(there, marked);
}

TEST_F(AsyncTest, WritesWhatACheckpointWrites) {
  World other(1);
  World::Application same(1, World::paged);
  other.create(same);
  for (std::uint64_t age = 2; age <= 20; ++age) {
    (void)save(age).wait();
    same.set_age(age);
    (void)same.live->checkpoint(Save::periodic);
    application.live->confirm();  // waits for the note behind the commit
    EXPECT_EQ(world.files.contents(World::file)->size(), other.files.contents(World::file)->size());
  }
  EXPECT_EQ(restored_age(), 20U);
}

TEST_F(AsyncTest, AnErrorInAnyCallIsTheHandles) {
  bool failed = true;
  std::uint64_t age = 1;
  for (std::uint64_t n = 1; failed; ++n) {
    SCOPED_TRACE(n);
    world.files.fail_at(n, ENOSPC);
    const Saving saving = save(++age);
    failed = code_of([&] { (void)saving.wait(); }) == Code::failed;
    EXPECT_EQ(code_of([&] { (void)saving.wait(); }), failed ? Code::failed : Code::ok) << "again";
    EXPECT_TRUE(saving.done());
    world.files.clear_faults();
    EXPECT_EQ(application.live->generation().value, failed ? n : n + 1) << "n saves went well";
    (void)save(++age).wait();
    ASSERT_LT(n, 20U);
  }
  EXPECT_EQ(restored_age(), age);
}

TEST_F(AsyncTest, AnOutageLeavesItUnconfirmed) {
  world.counter->answer_reads(false);
  world.counter->script({Fate::lost, Fate::lost});
  EXPECT_EQ(try_save(2), Code::unconfirmed);
  const auto size = world.files.contents(World::file)->size();
  EXPECT_EQ(try_save(3), Code::counter_unavailable) << "the earlier one is asked for first";
  EXPECT_EQ(world.files.contents(World::file)->size(), size) << "an outage must not fill the disk";
  world.counter->answer_reads(true);
  world.counter->script({});
  EXPECT_EQ(save(4).wait().value, 3U) << "the child of the one that was in doubt";
  EXPECT_EQ(restored_age(), 4U);
}

TEST_F(AsyncTest, WhatWasUnconfirmedIsRolledForward) {
  world.counter->answer_reads(false);
  world.counter->script({Fate::lost});
  EXPECT_EQ(try_save(2), Code::unconfirmed);
  world.counter->answer_reads(true);
  world.counter->script({});
  EXPECT_EQ(restored_age(), 2U);
}

TEST_F(AsyncTest, AFencedSessionSaysSo) {
  const auto reading = world.counter->peek(World::lineage);
  Mark stranger = reading->mark;
  stranger.value += 1;
  stranger.digest.bytes[0] ^= std::byte{1};
  world.counter->put(World::lineage, {reading->birth, stranger});
  EXPECT_EQ(try_save(2), Code::fenced);
  EXPECT_EQ(code_of([&] { (void)save(3); }), Code::fenced) << "at once";
}

}  // namespace
}  // namespace tidemark::session
