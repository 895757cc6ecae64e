// docs/protocol.md, "Restore", sentence by sentence.

#include <gtest/gtest.h>

#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using Fate = ScriptedCounter::Fate;

struct RestoreTest : testing::Test {
  /// A lineage at generation 3, age 3, whose instance is gone.
  void SetUp() override {
    World::Application application{1};
    world.create(application);
    for (const std::uint64_t age : {2U, 3U}) save(application, age);
  }

  static void save(World::Application& application, std::uint64_t age) {
    application.set_age(age);
    (void)application.live->checkpoint(Save::periodic);
  }

  void leave_pending(std::uint64_t age) {
    World::Application application{0};
    world.restore(application);
    world.counter->script({Fate::lost, Fate::lost, Fate::lost});
    application.set_age(age);
    EXPECT_EQ(code_of([&] { (void)application.live->checkpoint(Save::last); }), Code::unconfirmed);
    world.counter->script({});
  }

  Code restore_code() {
    return code_of([&] { (void)world.restored_age(); });
  }

  /// Refused with `code`, and not a byte on the disk or in the counter changed.
  void expect_refused(Code code) {
    const auto file = world.files.contents(World::file);
    const auto names = world.files.names();
    const auto reading = world.counter->peek(World::lineage);
    EXPECT_EQ(restore_code(), code);
    EXPECT_EQ(world.files.contents(World::file), file);
    EXPECT_EQ(world.files.names(), names);
    EXPECT_EQ(world.counter->peek(World::lineage), reading);
  }

  [[nodiscard]] Buffer contents() const { return *world.files.contents(World::file); }
  [[nodiscard]] CounterReading reading() const { return *world.counter->peek(World::lineage); }

  World world;
};

TEST_F(RestoreTest, ComesBackAndGoesOn) {
  World::Application application{0};
  world.restore(application);
  EXPECT_EQ(application.age(), 3U);
  EXPECT_TRUE(application.live->restored());
  EXPECT_EQ(application.live->generation().value, 3U) << "what was loaded, not the take-over";
  save(application, 4);
  EXPECT_EQ(application.live->generation().value, 5U) << "the take-over used 4 up";
}

TEST_F(RestoreTest, TakesTheNameFromTheFile) {
  World::Application application{0};
  Options options = world.options();
  options.lineage.clear();
  application.live = session::restore(world.environment(), options, application.state.registry());
  EXPECT_EQ(application.live->name(), World::lineage);
}

TEST_F(RestoreTest, AnotherLineageIsForked) {
  World::Application application{0};
  Options options = world.options();
  options.lineage = "person:other";
  EXPECT_EQ(code_of([&] {
              (void)session::restore(world.environment(), options, application.state.registry());
            }),
            Code::forked);
}

TEST_F(RestoreTest, TheTakeOverIsItselfACheckpoint) {
  const Buffer before = contents();
  EXPECT_EQ(world.restored_age(), 3U);
  EXPECT_EQ(reading().mark.value, 4U);
  EXPECT_EQ(contents().size(), before.size() + 8192) << "a small append, and its note";
  const Buffer after = contents();
  world.files.put(World::file, before);
  expect_refused(Code::stale);
  world.files.put(World::file, after);
  EXPECT_EQ(world.restored_age(), 3U);
}

TEST_F(RestoreTest, ALargeStateIsHandedOverByReference) {
  World big(2);
  World::Application application(1, 400'000);
  big.create(application);
  application.live.reset();
  for (int i = 0; i < 100; ++i) {
    World::Application back(0, 1);
    big.restore(back);
    ASSERT_EQ(back.numbers.size(), 400'000U);
  }
  EXPECT_LT(big.files.contents(World::file)->size(), 400'000 * 8 + 210 * 4096U);
}

TEST_F(RestoreTest, YesterdaysFileIsStale) {
  const Buffer yesterday = contents();
  {
    World::Application application{0};
    world.restore(application);
    save(application, 4);
  }
  world.files.put(World::file, yesterday);
  expect_refused(Code::stale);
}

TEST_F(RestoreTest, APendingChildIsRolledForward) {
  leave_pending(4);
  EXPECT_EQ(world.restored_age(), 4U);
  EXPECT_EQ(world.restored_age(), 4U);
}

TEST_F(RestoreTest, TheNewestPendingChildOfASessionIsTaken) {
  World::Application application{0};
  world.restore(application);
  for (const std::uint64_t age : {4U, 5U, 6U}) {
    world.counter->script(std::deque<Fate>(6, Fate::lost));
    application.set_age(age);
    EXPECT_EQ(code_of([&] { (void)application.live->checkpoint(Save::last); }), Code::unconfirmed);
  }
  application.live.reset();
  world.counter->script({});
  EXPECT_EQ(world.restored_age(), 6U);
}

TEST_F(RestoreTest, ASuccessorRanksAboveWhatItCopied) {
  leave_pending(4);
  for (int i = 0; i < 3; ++i) {  // take-overs that ask and die
    world.counter->script(std::deque<Fate>(3, Fate::lost));
    EXPECT_EQ(restore_code(), Code::counter_unavailable);
  }
  world.counter->script({});
  EXPECT_EQ(world.restored_age(), 4U);
}

TEST_F(RestoreTest, ADeadInstancesLateRequestStartsTheRestoreAgain) {
  World::Application application{0};
  world.restore(application);
  world.counter->script({Fate::late, Fate::lost, Fate::lost});
  application.set_age(4);
  EXPECT_EQ(code_of([&] { (void)application.live->checkpoint(Save::last); }), Code::unconfirmed);
  world.counter->script(std::deque<Fate>(6, Fate::lost));
  application.set_age(5);
  EXPECT_EQ(code_of([&] { (void)application.live->checkpoint(Save::last); }), Code::unconfirmed);
  application.live.reset();
  // The restore has seen 4 and 5 pending and goes for 5; then the request for 4 comes in.
  world.counter->script({});
  world.counter->deliver_before_next_advance();
  EXPECT_EQ(world.restored_age(), 5U) << "its session proposed it in place of 4";
}

/// A periodic save that is applied, but not answered; then the last one, that never arrives.
struct UnansweredCommitTest : RestoreTest {
  void SetUp() override {
    RestoreTest::SetUp();
    World::Application application{0};
    world.restore(application);
    world.counter->answer_reads(false);
    world.counter->script({Fate::answer_lost, Fate::lost, Fate::lost});
    application.set_age(4);
    EXPECT_EQ(code_of([&] { (void)application.live->checkpoint(Save::periodic); }),
              Code::unconfirmed);
    world.files.put("/data/without the last", contents());
    application.set_age(5);
    EXPECT_EQ(code_of([&] { (void)application.live->checkpoint(Save::last); }), Code::unconfirmed);
    world.counter->answer_reads(true);
    world.counter->script({});
  }
};

TEST_F(UnansweredCommitTest, WhatItsSessionProposedInItsPlaceIsTakenUp) {
  EXPECT_EQ(world.restored_age(), 5U);
  EXPECT_EQ(world.restored_age(), 5U) << "by the successor";
}

TEST_F(UnansweredCommitTest, AnotherInstancesSuccessorBuriesIt) {
  const Buffer both = contents();
  world.files.put(World::file, *world.files.contents("/data/without the last"));
  EXPECT_EQ(world.restored_age(), 4U);
  world.files.put(World::file, both);
  expect_refused(Code::stale);
}

TEST_F(UnansweredCommitTest, APendingChildOfTheCommittedOneComesFirst) {
  world.counter->script({Fate::lost, Fate::lost, Fate::lost});
  EXPECT_EQ(restore_code(), Code::counter_unavailable);  // its successor of 5 stays
  world.counter->script({});
  EXPECT_EQ(world.restored_age(), 5U);
}

TEST_F(UnansweredCommitTest, IsNothingWithoutTheCommittedOne) {
  const std::size_t after = world.files.contents("/data/without the last")->size();
  Buffer altered = contents();
  altered[after - 4096 + 40] ^= std::byte{1};  // in the header, so of another root
  world.files.put(World::file, altered);
  expect_refused(Code::forked);
}

TEST_F(RestoreTest, ALostRaceForATakeOverIsFenced) {
  world.counter->before_next_advance(
      [&] { world.counter->put(World::lineage, {reading().birth, {4, world.random.digest()}}); });
  const Buffer before = contents();
  EXPECT_EQ(restore_code(), Code::fenced);
  EXPECT_EQ(contents(), before) << "a refusal changes nothing";
}

TEST_F(RestoreTest, AnUnansweredTakeOverIsUnavailableAndCanBeRepeated) {
  world.counter->script(std::deque<Fate>(3, Fate::lost));
  EXPECT_EQ(restore_code(), Code::counter_unavailable);
  world.counter->answer_reads(false);
  EXPECT_EQ(restore_code(), Code::counter_unavailable);
  world.counter->answer_reads(true);
  EXPECT_EQ(world.restored_age(), 3U);
}

TEST_F(RestoreTest, APendingChildWithALostMiddleIsPassedOver) {
  World big(2);
  big.compaction_limit = std::uint64_t{1} << 30;
  World::Application application(1, 400'000);
  big.create(application);
  const std::size_t start = big.files.contents(World::file)->size();
  big.counter->script({Fate::lost, Fate::lost, Fate::lost});
  application.set_age(2);
  EXPECT_EQ(code_of([&] { (void)application.live->checkpoint(Save::last); }), Code::unconfirmed);
  application.live.reset();
  Buffer bytes = *big.files.contents(World::file);
  bytes[start + 1'500'000] ^= std::byte{1};
  big.files.put(World::file, bytes);
  World::Application back(0, 1);
  big.restore(back);
  EXPECT_EQ(back.age(), 1U);
}

TEST_F(RestoreTest, DamageToTheCommittedOneIsDamaged) {
  Buffer bytes = contents();
  bytes[bytes.size() - 8192 + 360] ^= std::byte{1};  // a record of generation 3; behind it a note
  world.files.put(World::file, bytes);
  expect_refused(Code::damaged);
}

TEST_F(RestoreTest, NothingIsHandedOverBeforeTheCounterMoved) {
  World::Application application{77};
  world.counter->script(std::deque<Fate>(3, Fate::lost));
  EXPECT_EQ(code_of([&] { world.restore(application); }), Code::counter_unavailable);
  EXPECT_EQ(application.age(), 77U);
}

TEST_F(RestoreTest, TheSameValueWithAnotherDigestIsForked) {
  // Another copy of the file went its own way, until the counter was put back and moved again.
  const Buffer file = contents();
  const CounterReading at_3 = reading();
  EXPECT_EQ(world.restored_age(), 3U);
  const Buffer other_way = contents();
  world.files.put(World::file, file);
  world.counter->put(World::lineage, at_3);
  EXPECT_EQ(world.restored_age(), 3U);
  world.files.put(World::file, Buffer(other_way.begin(), other_way.end() - 4096));
  expect_refused(Code::forked);
}

TEST_F(RestoreTest, ACounterThatLostAValueAndWentAnotherWayIsBehind) {
  const CounterReading before = reading();
  {
    World::Application application{0};
    world.restore(application);
    world.counter->script({Fate::late, Fate::lost, Fate::lost});
    application.set_age(4);
    EXPECT_EQ(code_of([&] { (void)application.live->checkpoint(Save::periodic); }),
              Code::unconfirmed);
  }
  const CounterReading lost_back_to = reading();
  EXPECT_NE(lost_back_to, before);
  world.counter->script({});
  {
    World::Application application{0};
    world.restore(application);
    save(application, 5);
  }
  // Two values are lost; then the request of the first instance arrives.
  world.counter->put(World::lineage, lost_back_to);
  EXPECT_EQ(world.counter->deliver(), 1);
  expect_refused(Code::counter_behind);
  // Also when only the first of the two is proved, with the value that the counter shows.
  Buffer bytes = contents();
  bytes.resize(bytes.size() - std::size_t{2} * 4096);  // what was saved, and its note
  world.files.put(World::file, bytes);
  expect_refused(Code::counter_behind);
}

TEST_F(RestoreTest, AGenerationProvesItsParent) {
  EXPECT_EQ(world.restored_age(), 3U);  // generation 4
  world.counter->put(World::lineage, {reading().birth, {2, world.random.digest()}});
  expect_refused(Code::counter_behind);
}

TEST_F(RestoreTest, ANoteProvesItself) {
  const CounterReading behind = reading();
  {
    World::Application application{0};
    world.restore(application);
  }
  // The successor proves what it succeeded, and its note proves itself.
  world.counter->put(World::lineage, behind);
  expect_refused(Code::counter_behind);
  Buffer bytes = contents();
  bytes.resize(bytes.size() - 4096);
  world.files.put(World::file, bytes);
  EXPECT_NE(restore_code(), Code::counter_behind) << "without the note nothing proves it";
}

TEST_F(RestoreTest, ANoteThatNobodySignedProvesNothing) {
  Buffer bytes = contents();
  container::Note note{reading().birth.digest, {99, world.random.digest()}, world.random.digest()};
  const Buffer forged = note.encode();
  bytes.insert(bytes.end(), forged.begin(), forged.end());
  world.files.put(World::file, bytes);
  EXPECT_EQ(world.restored_age(), 3U);
}

TEST_F(RestoreTest, AnAbsentCounterIsALostOne) {
  world.counter->forget(World::lineage);
  expect_refused(Code::counter_behind);
}

TEST_F(RestoreTest, AnotherCountersIdIsAWrongCounter) {
  const Mark birth{0, world.random.digest()};
  world.counter->put(World::lineage, {birth, birth});
  expect_refused(Code::wrong_counter);
  world.counter->put(World::lineage, {birth, {3, world.random.digest()}});
  expect_refused(Code::wrong_counter);
}

TEST_F(RestoreTest, TheKeyIsJudgedByTheGenerationOfTheMark) {
  world.key = test_key(8);
  expect_refused(Code::wrong_key);
  world.key = open_key("none");
  expect_refused(Code::wrong_key);
}

TEST_F(RestoreTest, WithAKeyAFileThatAsksForNoCipherIsRefused) {
  World plain(3);
  plain.key = open_key("none");
  World::Application application{1};
  plain.create(application);
  application.live.reset();
  plain.key = test_key();
  EXPECT_EQ(code_of([&] { (void)plain.restored_age(); }), Code::wrong_key);
  plain.key = open_key("none");
  EXPECT_EQ(plain.restored_age(), 1U);
}

TEST_F(RestoreTest, NoFileIsNoCheckpoint) {
  world.files.erase(World::file);
  EXPECT_EQ(restore_code(), Code::no_checkpoint);
  world.files.put(World::file, {});
  EXPECT_EQ(restore_code(), Code::damaged) << "an empty one";
}

TEST_F(RestoreTest, AFileThatIsNotOursIsDamaged) {
  world.files.put(World::file, bytes_of("to whom it may concern"));
  expect_refused(Code::damaged);
}

TEST_F(RestoreTest, WhatIsNotOursIsNotOverwrittenByWhatWasLeftBesideIt) {
  const Buffer ours = contents();
  const Bytes letter = bytes_of("to whom it may concern");
  world.files.put(World::file, letter);
  world.files.put(std::string(World::file) + ".tidemark-0123456789abcdef", ours);
  expect_refused(Code::damaged);
  world.files.erase(World::file);
  EXPECT_EQ(world.restored_age(), 3U);
  EXPECT_EQ(world.files.names().size(), 2U) << "it took FILE's name";
}

TEST_F(RestoreTest, ASecondInstanceIsRefusedAtOnce) {
  World::Application first{0};
  world.restore(first);
  const Buffer before = contents();
  EXPECT_EQ(restore_code(), Code::in_use);
  EXPECT_EQ(contents(), before);
  save(first, 4);
}

TEST_F(RestoreTest, ASecondInstanceOnACopyFencesTheFirst) {
  World::Application first{0};
  world.restore(first);
  world.files.put("/data/copy.dat", contents());
  World::Application second{0};
  Options options = world.options();
  options.file = "/data/copy.dat";
  second.live = session::restore(world.environment(), options, second.state.registry());
  EXPECT_EQ(second.age(), 3U);
  first.set_age(4);
  EXPECT_EQ(code_of([&] { (void)first.live->checkpoint(Save::periodic); }), Code::fenced);
  save(second, 5);
}

TEST_F(RestoreTest, ACounterThatKeepsMovingIsFenced) {
  world.counter->before_each_read([&](std::uint64_t n) {
    world.counter->put(World::lineage, {reading().birth, {3 + n, world.random.digest()}});
  });
  EXPECT_EQ(restore_code(), Code::fenced);
}

TEST_F(RestoreTest, EveryTruncationIsRefusedOrExact) {
  const Buffer whole = contents();
  const SimulatedHost host(world);
  for (std::size_t size = 0; size < whole.size(); size += size % 4096 > 700 ? 97 : 1) {
    host.put_back(Bytes(whole).first(size));
    const Code code = restore_code();
    if (code == Code::ok) continue;  // only the note was cut: restored_age below is exact
    EXPECT_TRUE(code == Code::damaged || code == Code::stale || code == Code::no_checkpoint ||
                code == Code::counter_behind)
        << size << ": " << name(code);
    if (HasFailure()) return;
  }
}

TEST_F(RestoreTest, EveryFlippedBitIsRefusedOrExact) {
  const Buffer whole = contents();
  const SimulatedHost host(world);
  for (std::size_t byte = 0; byte < whole.size(); byte += byte % 4096 > 700 ? 53 : 1) {
    for (int bit = 0; bit < 8; ++bit) {
      Buffer bytes = whole;
      bytes[byte] ^= static_cast<std::byte>(1 << bit);
      host.put_back(bytes);
      World::Application application{77};
      const Code code = code_of([&] { world.restore(application); });
      if (code == Code::ok) {
        EXPECT_EQ(application.numbers, std::vector<std::uint64_t>(3, 3)) << byte;
      } else {
        EXPECT_EQ(application.age(), 77U);
        EXPECT_TRUE(code == Code::damaged || code == Code::wrong_key || code == Code::unsupported)
            << byte << ": " << name(code);
      }
      if (HasFailure()) return;
    }
  }
}

TEST_F(RestoreTest, UnknownAndMissingSections) {
  World::Application more{0};
  std::vector<double> field;
  more.state.array("field", field);
  EXPECT_EQ(code_of([&] { world.restore(more); }), Code::unsupported);

  World::Application optional{0};
  optional.state.array("field", field, Presence::optional);
  world.restore(optional);
  EXPECT_EQ(optional.age(), 3U);
  field = {1.5};
  (void)optional.live->checkpoint(Save::last);
  optional.live.reset();

  EXPECT_EQ(restore_code(), Code::unsupported) << "a section that this program does not know";
  World::Application tolerant{0};
  tolerant.state.allow_unknown();
  world.restore(tolerant);
  EXPECT_EQ(tolerant.age(), 3U);
}

}  // namespace
}  // namespace tidemark::session
