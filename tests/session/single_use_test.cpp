// docs/protocol.md: the policy single_use, sentence by sentence.

#include <gtest/gtest.h>

#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using Fate = ScriptedCounter::Fate;

struct SingleUseTest : testing::Test {
  /// A lineage of single use at generation 2, age 2, whose instance is gone.
  void SetUp() override {
    world.policy = Policy::single_use;
    World::Application application{1};
    world.create(application);
    save(application, 2);
  }

  static void save(World::Application& application, std::uint64_t age) {
    application.set_age(age);
    (void)application.live->checkpoint(Save::last);
  }

  Code restore_code() {
    return code_of([&] { (void)world.restored_age(); });
  }

  [[nodiscard]] Buffer contents() const { return *world.files.contents(World::file); }
  [[nodiscard]] CounterReading reading() const { return *world.counter->peek(World::lineage); }

  World world;
};

TEST_F(SingleUseTest, AStateIsLoadedOnce) {
  EXPECT_EQ(world.restored_age(), 2U);
  EXPECT_EQ(restore_code(), Code::used_up);
  EXPECT_EQ(restore_code(), Code::used_up) << "a refusal uses nothing up";
}

TEST_F(SingleUseTest, WhatIsSavedAfterwardsCanBeLoadedOnceAgain) {
  World::Application application{0};
  world.restore(application);
  EXPECT_EQ(application.live->generation().value, 2U);
  save(application, 3);
  EXPECT_EQ(application.live->generation().value, 4U) << "the use took 3";
  application.live.reset();
  EXPECT_EQ(world.restored_age(), 3U);
  EXPECT_EQ(restore_code(), Code::used_up);
}

TEST_F(SingleUseTest, ACopyFromBeforeTheUseIsStale) {
  const Buffer before = contents();
  EXPECT_EQ(world.restored_age(), 2U);
  world.files.put(World::file, before);
  EXPECT_EQ(restore_code(), Code::stale);
}

TEST_F(SingleUseTest, AUseThatIsNotAnsweredGivesNothingOut) {
  world.counter->script({Fate::lost, Fate::lost, Fate::lost});
  World::Application application{0};
  EXPECT_EQ(code_of([&] { world.restore(application); }), Code::counter_unavailable);
  EXPECT_EQ(application.age(), 0U);
  world.counter->script({});
  EXPECT_EQ(world.restored_age(), 2U);
}

TEST_F(SingleUseTest, ALateUseUsesUp) {
  world.counter->script({Fate::late, Fate::late, Fate::late});
  EXPECT_EQ(restore_code(), Code::counter_unavailable);
  world.counter->script({});
  world.counter->deliver_before_next_advance();
  EXPECT_EQ(restore_code(), Code::used_up) << "the record tells it from another instance's";
}

TEST_F(SingleUseTest, OfTwoRestoresOneSucceeds) {
  world.counter->before_next_advance(
      [&] { world.counter->put(World::lineage, {reading().birth, {3, world.random.digest()}}); });
  World::Application application{0};
  EXPECT_EQ(code_of([&] { world.restore(application); }), Code::fenced);
  EXPECT_EQ(application.age(), 0U);
}

TEST_F(SingleUseTest, APendingStateIsUsedToo) {
  {
    World::Application application{0};
    world.restore(application);
    world.counter->script({Fate::lost, Fate::lost, Fate::lost});
    application.set_age(3);
    EXPECT_EQ(code_of([&] { (void)application.live->checkpoint(Save::last); }), Code::unconfirmed);
    world.counter->script({});
  }
  EXPECT_EQ(world.restored_age(), 3U) << "the record names the key of what follows a use";
  EXPECT_EQ(restore_code(), Code::used_up);
}

TEST_F(SingleUseTest, TheNoteIsDurableBeforeTheApplicationRuns) {
  const CounterReading before = reading();
  EXPECT_EQ(world.restored_age(), 2U);
  world.files.restart(io::Unsynced::dropped);
  world.counter->put(World::lineage, before);
  EXPECT_EQ(restore_code(), Code::counter_behind) << "the counter lost the use, and it shows";
}

/// Where it has a file of its own, whose name may come before all others.
TEST_F(SingleUseTest, TheNoteProvesTheUseWhereverItLies) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    World whole_files(seed);
    whole_files.policy = Policy::single_use;
    whole_files.publishing = Publishing::alternate;
    World::Application first{1};
    whole_files.create(first);
    save(first, 2);
    first.live.reset();
    const CounterReading before = *whole_files.counter->peek(World::lineage);
    EXPECT_EQ(whole_files.restored_age(), 2U);
    whole_files.counter->put(World::lineage, before);
    EXPECT_EQ(code_of([&] { (void)whole_files.restored_age(); }), Code::counter_behind);
  }
}

TEST_F(SingleUseTest, WithoutItsNoteAUseGivesNothingOut) {
  World::Application application{0};
  bool refused = false;
  for (std::uint64_t n = 1; n < 200 && !refused; ++n) {
    SCOPED_TRACE(n);
    World fresh(n);
    fresh.policy = Policy::single_use;
    World::Application first{2};
    fresh.create(first);
    first.live.reset();
    fresh.files.fail_at(n);
    const Code code = code_of([&] { fresh.restore(application); });
    if (code == Code::ok) continue;
    EXPECT_EQ(application.age(), 0U);
    fresh.files.clear_faults();
    refused = code_of([&] { (void)fresh.restored_age(); }) == Code::used_up;
  }
  EXPECT_TRUE(refused) << "no call failed between the use and its note";
}

TEST_F(SingleUseTest, ThePolicyIsTheLineagesAndNotTheRestores) {
  world.policy = Policy::hand_over;
  EXPECT_EQ(world.restored_age(), 2U);
  EXPECT_EQ(restore_code(), Code::used_up);
}

TEST_F(SingleUseTest, StartingOverEndsIt) {
  EXPECT_EQ(world.restored_age(), 2U);
  World::Application application{10};
  world.create(application, true);
  application.live.reset();
  EXPECT_EQ(world.restored_age(), 10U);
}

}  // namespace
}  // namespace tidemark::session
