// docs/protocol.md, "Checkpoint" and "Unknown outcome", sentence by sentence.

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using Fate = ScriptedCounter::Fate;

constexpr std::size_t large = 200'000;  // numbers: more than a file may grow to by appending

struct CheckpointTest : testing::Test {
  void SetUp() override { world.create(application); }

  Generation save(std::uint64_t age, Save how = Save::periodic) {
    application.set_age(age);
    return application.live->checkpoint(how);
  }

  Code try_save(std::uint64_t age, Save how = Save::periodic) {
    return code_of([&] { (void)save(age, how); });
  }

  std::uint64_t restored_age() {
    application.live.reset();
    return world.restored_age();
  }

  std::size_t file_size() { return world.files.contents(World::file)->size(); }

  World world;
  World::Application application{1};
};

TEST_F(CheckpointTest, IsCommittedWhenItReturns) {
  EXPECT_EQ(save(2).value, 2U);
  EXPECT_EQ(save(3).value, 3U);
  EXPECT_EQ(application.live->generation().value, 3U);
  EXPECT_EQ(world.counter->peek(World::lineage)->mark.value, 3U);
  EXPECT_EQ(restored_age(), 3U);
}

TEST_F(CheckpointTest, OneWriteAndOneSyncBesideTheNote) {
  (void)save(2);
  const auto before = world.files.calls();
  (void)save(3);
  EXPECT_EQ(world.files.calls() - before, 3U) << "the generation, its sync, the note";
}

TEST_F(CheckpointTest, AConflictWithAStrangersMarkFencesForGood) {
  const auto disk = world.files.contents(World::file);
  const auto reading = *world.counter->peek(World::lineage);
  world.counter->put(World::lineage,
                     {reading.birth, {reading.mark.value + 1, world.random.digest()}});
  EXPECT_EQ(try_save(2), Code::fenced);
  EXPECT_EQ(world.files.contents(World::file)->size(), disk->size() + 4096)
      << "what it wrote stays: it may not know what others need";
  world.counter->put(World::lineage, reading);
  EXPECT_EQ(try_save(3), Code::fenced) << "also when the counter is as it was";
  EXPECT_EQ(code_of([&] { application.live->confirm(); }), Code::fenced);
}

TEST_F(CheckpointTest, AnUnknownOutcomeIsReadAgain) {
  world.counter->script({Fate::answer_lost});
  EXPECT_EQ(save(2).value, 2U) << "it was applied";
  world.counter->script({Fate::lost});
  EXPECT_EQ(save(3).value, 3U) << "it was lost, and asked for again";
  EXPECT_EQ(restored_age(), 3U);
}

TEST_F(CheckpointTest, GivesUpForNowAndKeepsTheProposal) {
  world.counter->script({Fate::lost, Fate::lost, Fate::lost});
  EXPECT_EQ(try_save(2), Code::unconfirmed);
  EXPECT_EQ(world.counter->peek(World::lineage)->mark.value, 1U);
  EXPECT_EQ(restored_age(), 2U) << "a restore rolls forward to it";
}

TEST_F(CheckpointTest, APeriodicSaveInAnOutageOnlyAsksAgain) {
  world.counter->answer_reads(false);
  world.counter->script(std::deque<Fate>(20, Fate::lost));
  EXPECT_EQ(try_save(2), Code::unconfirmed);
  const auto size = file_size();
  for (std::uint64_t age = 3; age < 10; ++age) {
    EXPECT_EQ(try_save(age), Code::counter_unavailable);
  }
  EXPECT_EQ(file_size(), size) << "an outage must not fill the disk";
  EXPECT_EQ(try_save(10, Save::last), Code::unconfirmed) << "a stop writes one more";
  EXPECT_GT(file_size(), size);
  world.counter->answer_reads(true);
  world.counter->script({});
  EXPECT_EQ(restored_age(), 10U) << "the newest of one session succeeds the others";
}

TEST_F(CheckpointTest, AfterAnOutageTheStateAskedForIsWhatIsReported) {
  world.counter->script({Fate::lost, Fate::lost, Fate::lost});
  EXPECT_EQ(try_save(2), Code::unconfirmed);
  EXPECT_EQ(save(3).value, 3U) << "2 is committed first, but only 3 holds this state";
  EXPECT_EQ(restored_age(), 3U);
}

TEST_F(CheckpointTest, ALateOwnProposalBecomesTheMark) {
  world.counter->script({Fate::late, Fate::lost, Fate::lost});
  EXPECT_EQ(try_save(2), Code::unconfirmed);
  world.counter->script({Fate::lost, Fate::lost, Fate::lost, Fate::lost, Fate::lost, Fate::lost});
  EXPECT_EQ(try_save(3, Save::last), Code::unconfirmed);
  EXPECT_EQ(world.counter->deliver(), 1) << "the request for 2 arrives after 3 was written";
  EXPECT_EQ(save(4).value, 3U) << "2 became the mark, and 4 its child";
  EXPECT_EQ(restored_age(), 4U);
}

TEST_F(CheckpointTest, WhatIsProposedInPlaceOfALateProposalIsNotLost) {
  world.counter->script({Fate::late, Fate::lost, Fate::lost});
  EXPECT_EQ(try_save(2), Code::unconfirmed);
  world.counter->script(std::deque<Fate>(6, Fate::lost));
  EXPECT_EQ(try_save(3, Save::last), Code::unconfirmed);
  world.counter->deliver();
  application.live.reset();
  EXPECT_EQ(world.restored_age(), 3U) << "the mark is that of 2, but 3 was said to be taken up";
}

TEST_F(CheckpointTest, ConfirmKnowsItsOwnMarkAndProposals) {
  application.live->confirm();
  world.counter->script({Fate::late, Fate::lost, Fate::lost});
  EXPECT_EQ(try_save(2), Code::unconfirmed);
  application.live->confirm();
  world.counter->deliver();
  application.live->confirm();
  EXPECT_EQ(application.live->generation().value, 2U);
  world.counter->answer_reads(false);
  EXPECT_EQ(code_of([&] { application.live->confirm(); }), Code::counter_unavailable);
}

TEST_F(CheckpointTest, ACounterThatLostValuesOrWasReplacedEndsTheSession) {
  (void)save(2);
  const auto reading = *world.counter->peek(World::lineage);
  {
    World other(2);
    World::Application app{1};
    other.create(app);
    other.counter->put(World::lineage, {reading.birth, reading.birth});
    EXPECT_EQ(code_of([&] { app.live->checkpoint(Save::periodic); }), Code::wrong_counter);
  }
  world.counter->put(World::lineage, {reading.birth, {1, world.random.digest()}});
  EXPECT_EQ(try_save(3), Code::counter_behind);
  EXPECT_EQ(try_save(3), Code::counter_behind);
}

TEST_F(CheckpointTest, AVanishedCounterEndsTheSession) {
  world.counter->forget(World::lineage);
  EXPECT_EQ(try_save(2), Code::counter_behind);
}

TEST_F(CheckpointTest, AFailedSyncMakesTheProposalVoid) {
  (void)save(2);
  const auto before = world.files.calls();
  (void)save(3);
  const auto sync = 2;  // the write, then the sync
  ASSERT_EQ(world.files.calls() - before, 3U);
  world.files.fail_at(sync, EIO);
  EXPECT_EQ(try_save(4), Code::failed);
  EXPECT_EQ(save(5).value, 4U);
  application.live.reset();
  world.files.restart(io::Unsynced::dropped);
  EXPECT_EQ(world.restored_age(), 5U) << "nothing refers to the bytes that the kernel forgot";
}

TEST_F(CheckpointTest, AFullDiskLosesNothingAndTheNextSaveSucceeds) {
  (void)save(2);
  const auto size = file_size();
  world.files.set_capacity(size + 2000);
  EXPECT_EQ(try_save(3), Code::failed);
  EXPECT_EQ(file_size(), size) << "what was half written is given back";
  world.files.set_capacity(std::uint64_t{1} << 30);
  EXPECT_EQ(save(4).value, 3U);
  EXPECT_EQ(restored_age(), 4U);
}

TEST_F(CheckpointTest, AnErrorInAnyCallLosesNothing) {
  for (std::uint64_t n = 1; n < 4; ++n) {
    for (const int error : {EIO, ENOSPC, EACCES}) {
      World fresh;
      World::Application app{1};
      fresh.create(app);
      app.set_age(2);
      (void)app.live->checkpoint(Save::periodic);
      app.set_age(3);
      fresh.files.fail_at(n, error);
      const Code code = code_of([&] { (void)app.live->checkpoint(Save::periodic); });
      EXPECT_EQ(code, n == 3 ? Code::ok : Code::failed) << "the note is not needed";
      fresh.files.clear_faults();
      app.set_age(4);
      (void)app.live->checkpoint(Save::periodic);
      app.live.reset();
      fresh.files.restart(io::Unsynced::dropped);
      EXPECT_EQ(fresh.restored_age(), 4U);
    }
  }
}

TEST_F(CheckpointTest, TheFileIsCompactedAndStaysBounded) {
  std::size_t largest = 0;
  for (std::uint64_t age = 2; age < 600; ++age) {
    (void)save(age);
    largest = std::max(largest, file_size());
  }
  EXPECT_LT(largest, (std::size_t{1} << 20) + 12288);
  EXPECT_EQ(world.files.names().size(), 2U) << "FILE and FILE.lock";
  EXPECT_EQ(restored_age(), 599U);
}

TEST_F(CheckpointTest, ALargeStateNeedsOneExtraCopyAtMost) {
  World big;
  World::Application app(1, large);
  big.create(app);
  const std::size_t one = big.files.contents(World::file)->size();
  big.files.set_capacity(2 * one + one / 2);
  for (std::uint64_t age = 2; age < 6; ++age) {
    app.set_age(age);
    (void)app.live->checkpoint(Save::periodic);
  }
  EXPECT_EQ(big.files.names().size(), 2U);
  app.live.reset();
  World::Application back(0, large);
  big.restore(back);
  EXPECT_EQ(back.age(), 5U);
}

TEST_F(CheckpointTest, AFailedCompactionLeavesNothingBehind) {
  World fresh(5);
  fresh.compaction_limit = 0;
  World::Application app{1};
  fresh.create(app);
  const auto names = fresh.files.names();
  for (std::uint64_t n = 1; n < 6; ++n) {
    fresh.files.fail_at(n, ENOSPC);
    app.set_age(n);
    EXPECT_EQ(code_of([&] { (void)app.live->checkpoint(Save::periodic); }), Code::failed) << n;
    fresh.files.clear_faults();
    EXPECT_EQ(fresh.files.names(), names) << n;
  }
  app.set_age(9);
  (void)app.live->checkpoint(Save::periodic);
  app.live.reset();
  EXPECT_EQ(fresh.restored_age(), 9U);
}

/// Of ages 2 and 3, each in a file of its own; the request for the first one is late.
void leave_two_in_doubt(World& world, World::Application& application) {
  world.create(application);
  world.counter->script({Fate::late, Fate::lost, Fate::lost});
  application.set_age(2);
  EXPECT_EQ(code_of([&] { (void)application.live->checkpoint(Save::periodic); }),
            Code::unconfirmed);
  world.counter->script(std::deque<Fate>(6, Fate::lost));
  application.set_age(3);
  EXPECT_EQ(code_of([&] { (void)application.live->checkpoint(Save::last); }), Code::unconfirmed);
}

TEST_F(CheckpointTest, CompactionInAnOutageKeepsEveryPendingChild) {
  World big;
  World::Application app(1, large);
  leave_two_in_doubt(big, app);
  EXPECT_EQ(big.files.names().size(), 4U) << "the committed one, two children, the lock";
  EXPECT_EQ(big.counter->deliver(), 1);
  app.set_age(4);
  EXPECT_EQ(app.live->checkpoint(Save::periodic).value, 3U);
  EXPECT_EQ(big.files.names().size(), 2U) << "nobody needs the others any more";
  app.live.reset();
  World::Application back(0, large);
  big.restore(back);
  EXPECT_EQ(back.age(), 4U);
}

TEST_F(CheckpointTest, AdoptingALateProposalKeepsTheLaterOneInItsOwnFile) {
  World big;
  World::Application app(1, large);
  leave_two_in_doubt(big, app);
  big.counter->deliver();
  app.live->confirm();
  EXPECT_EQ(app.live->generation().value, 2U) << "2 is the mark, and 3 was said to be taken up";
  app.live.reset();
  World::Application back(0, large);
  big.restore(back);
  EXPECT_EQ(back.age(), 3U);
}

TEST_F(CheckpointTest, AnExceptionOfTheApplicationLeavesTheSessionAlive) {
  class Moody final : public Section {
   public:
    [[nodiscard]] SectionType type() const override { return {SectionKind::memory}; }
    void save(Sink& sink) const override {
      sink.write(Buffer(100));
      if (angry) throw std::runtime_error("not today");
    }
    void load(Source& source, const SectionType& /*saved*/) override {
      Buffer all(static_cast<std::size_t>(source.remaining()));
      source.read(all);
    }
    void accept() noexcept override {}
    void discard() noexcept override {}
    bool angry = false;
  };
  World fresh;
  World::Application app{1};
  auto section = std::make_unique<Moody>();
  Moody& moody = *section;
  app.state.section("moody", std::move(section));
  fresh.create(app);
  moody.angry = true;
  EXPECT_THROW((void)app.live->checkpoint(Save::periodic), std::runtime_error);
  moody.angry = false;
  app.set_age(2);
  EXPECT_EQ(app.live->checkpoint(Save::periodic).value, 2U);
}

TEST_F(CheckpointTest, WithoutAKeyAnUnansweredSaveIsNotCalledSaved) {
  World plain;
  plain.key = open_key("none");
  World::Application app{1};
  plain.create(app);
  plain.counter->script({Fate::lost, Fate::lost, Fate::lost});
  app.set_age(2);
  EXPECT_EQ(code_of([&] { (void)app.live->checkpoint(Save::periodic); }),
            Code::counter_unavailable);
  app.live.reset();
  EXPECT_EQ(plain.restored_age(), 1U) << "no rolling forward without a key";
}

}  // namespace
}  // namespace tidemark::session
