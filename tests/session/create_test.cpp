// docs/protocol.md, "Create" and "Start over", sentence by sentence.

#include <gtest/gtest.h>

#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using Fate = ScriptedCounter::Fate;

struct CreateTest : testing::Test {
  Code create_code(bool start_over = false) {
    return code_of([&] {
      World::Application application{1};
      world.create(application, start_over);
    });
  }

  Code open_code() {
    return code_of([&] {
      World::Application application{1};
      world.open(application);
    });
  }

  /// What an attempt under another FILE says.
  Error error_elsewhere(decltype(session::create)& start, bool start_over = false) {
    World::Application application{1};
    Options options = world.options();
    options.file = "/data/other.dat";
    options.start_over = start_over;
    try {
      (void)start(world.environment(), options, application.state.registry());
    } catch (const Error& error) {
      return error;
    }
    return {Code::ok, "", ""};
  }

  [[nodiscard]] CounterReading reading() const { return *world.counter->peek(World::lineage); }

  /// A lineage whose birth is there, and generation 1 pending.
  void leave_child_of_the_birth() {
    world.counter->script({Fate::applied, Fate::lost, Fate::lost, Fate::lost});
    EXPECT_EQ(create_code(), Code::unconfirmed);
    EXPECT_EQ(reading().mark, reading().birth);
  }

  World world;
};

TEST_F(CreateTest, BeginsAtGenerationOne) {
  World::Application application{1};
  world.create(application);
  EXPECT_EQ(application.live->generation().value, 1U);
  EXPECT_FALSE(application.live->restored());
  EXPECT_EQ(reading().birth.value, 0U);
  EXPECT_EQ(reading().mark.value, 1U);
  EXPECT_EQ(world.files.names().size(), 2U) << "FILE and FILE.lock";
}

TEST_F(CreateTest, ALivingLineageExists) {
  ASSERT_EQ(create_code(), Code::ok);
  const auto before = world.files.contents(World::file);
  EXPECT_EQ(create_code(), Code::exists);
  EXPECT_EQ(world.files.contents(World::file), before);
}

TEST_F(CreateTest, DeletingTheFileGivesNoFreshStart) {
  ASSERT_EQ(create_code(), Code::ok);
  world.files.erase(World::file);
  EXPECT_EQ(create_code(), Code::exists);
  EXPECT_EQ(open_code(), Code::no_checkpoint);
  EXPECT_FALSE(world.files.contents(World::file));
}

// Nor is it to be put back there.
TEST_F(CreateTest, ALineageThatLivesInAnotherFileIsNotSaidToBelongHere) {
  ASSERT_EQ(create_code(), Code::ok);
  const Error exists = error_elsewhere(session::create);
  EXPECT_EQ(exists.code(), Code::exists);
  EXPECT_NE(std::string(exists.what()).find("but not in /data/other.dat"), std::string::npos);
  EXPECT_EQ(exists.advice().find("other.dat"), std::string::npos);
  EXPECT_NE(exists.advice().find("name another lineage"), std::string::npos);
  const Error gone = error_elsewhere(session::open);
  EXPECT_EQ(gone.code(), Code::no_checkpoint);
  EXPECT_NE(gone.advice().find("name the file that the lineage lives in"), std::string::npos);
}

TEST_F(CreateTest, WhatIsNotOursIsNotTheFileToName) {
  world.files.put("/data/other.dat", bytes_of("dear diary"));
  for (const bool start_over : {false, true}) {
    const Error error = error_elsewhere(session::create, start_over);
    EXPECT_EQ(error.code(), Code::damaged);
    EXPECT_EQ(error.advice(), "name another file, or move this one away");
  }
}

TEST_F(CreateTest, WhatIsNotOursIsNeverOverwritten) {
  const Bytes letter = bytes_of("dear diary");
  for (const bool start_over : {false, true}) {
    world.files.put(World::file, letter);
    EXPECT_EQ(create_code(start_over), Code::damaged);
    EXPECT_EQ(*world.files.contents(World::file), Buffer(letter.begin(), letter.end()));
  }
  EXPECT_FALSE(world.counter->peek(World::lineage)) << "no birth either";
  world.files.put(World::file, {});
  EXPECT_EQ(create_code(), Code::ok) << "an empty file is unused";
}

TEST_F(CreateTest, AFileOfAnotherNameExists) {
  ASSERT_EQ(create_code(), Code::ok);
  for (const bool start_over : {false, true}) {
    World::Application application{1};
    Options options = world.options();
    options.lineage = "person:other";
    options.start_over = start_over;
    EXPECT_EQ(code_of([&] {
                (void)session::create(world.environment(), options, application.state.registry());
              }),
              Code::exists);
  }
}

TEST_F(CreateTest, AnInterruptedCreateIsGoneOnFrom) {
  world.counter->script({Fate::answer_lost});
  world.counter->answer_reads(false);
  EXPECT_EQ(create_code(), Code::counter_unavailable) << "it cannot even read";
  world.counter->answer_reads(true);
  const Mark birth{0, world.random.digest()};
  world.counter->put(World::lineage, {birth, birth});
  EXPECT_EQ(create_code(), Code::ok) << "a birth without a child is gone on from";
  EXPECT_EQ(reading().birth, birth);
}

/// A key that says how often it was loaded.
class CountingKey final : public key::Source {
 public:
  explicit CountingKey(int& loads) : loads_(loads) {}

  [[nodiscard]] std::unique_ptr<key::Unlocker> load(std::string_view lineage, key::Missing missing,
                                                    io::FileSystem& files,
                                                    Random& random) const override {
    ++loads_;
    return key_.source()->load(lineage, missing, files, random);
  }

  [[nodiscard]] std::string uri() const override { return "test:counting"; }

 private:
  Key key_ = test_key();
  int& loads_;
};

// It may be a passphrase that is asked for.
TEST_F(CreateTest, AKeyIsLoadedOnceHoweverTheLineageBegins) {
  int loads = 0;
  world.key = Key(std::make_shared<CountingKey>(loads));
  const Mark birth{0, world.random.digest()};
  world.counter->put(World::lineage, {birth, birth});
  World::Application application{3};
  world.open(application);
  EXPECT_EQ(loads, 1) << "a birth without a child";
  application.live.reset();
  EXPECT_EQ(world.restored_age(), 3U);
  EXPECT_EQ(loads, 2) << "a restore";
  EXPECT_EQ(create_code(true), Code::ok);
  EXPECT_EQ(loads, 3) << "starting over";
}

TEST_F(CreateTest, AnUnansweredBirthIsUnavailableAndLeavesNoFile) {
  world.counter->script({Fate::lost, Fate::lost, Fate::lost});
  EXPECT_EQ(create_code(), Code::counter_unavailable);
  EXPECT_FALSE(world.files.contents(World::file));
  EXPECT_EQ(create_code(), Code::ok);
}

TEST_F(CreateTest, AWholeChildOfTheBirthExistsAndOpenTakesItUp) {
  leave_child_of_the_birth();
  EXPECT_EQ(create_code(), Code::exists) << "its request may still be applied";
  World::Application application{9};
  world.open(application);
  EXPECT_EQ(application.age(), 1U);
  EXPECT_TRUE(application.live->restored());
}

TEST_F(CreateTest, AChildThatTheKeyDoesNotOpenIsLeftAlone) {
  leave_child_of_the_birth();
  const auto theirs = world.files.contents(World::file);
  world.key = test_key(9);
  World::Application application{5};
  world.create(application);
  EXPECT_EQ(application.live->generation().value, 1U);
  application.live.reset();
  EXPECT_EQ(world.restored_age(), 5U) << "the counter decided";
  EXPECT_NE(world.files.contents(World::file), theirs);
}

TEST_F(CreateTest, TheLateRequestOfAChildThatWasLeftAloneWinsOrLosesWhole) {
  world.counter->script({Fate::applied, Fate::late, Fate::lost, Fate::lost});
  EXPECT_EQ(create_code(), Code::unconfirmed);
  world.key = test_key(9);
  world.counter->deliver_before_next_advance();
  EXPECT_EQ(create_code(), Code::exists) << "a lost race for a creation";
  world.key = test_key();
  EXPECT_EQ(world.restored_age(), 1U);
}

TEST_F(CreateTest, ABirthBesideAnotherCountersGenerationsIsAWrongCounter) {
  ASSERT_EQ(create_code(), Code::ok);
  const Mark birth{0, world.random.digest()};
  world.counter->put(World::lineage, {birth, birth});
  EXPECT_EQ(create_code(), Code::wrong_counter);
  EXPECT_EQ(open_code(), Code::wrong_counter);
  EXPECT_EQ(create_code(true), Code::ok) << "unless starting over";
}

TEST_F(CreateTest, ACounterThatIsBackAtTheBirthIsALostOne) {
  for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{1} << 20}) {
    World fresh;
    fresh.compaction_limit = limit;  // with 0 no child of the birth is left
    World::Application application{1};
    fresh.create(application);
    const CounterReading before = *fresh.counter->peek(World::lineage);
    (void)application.live->checkpoint(Save::periodic);
    (void)application.live->checkpoint(Save::periodic);
    application.live.reset();
    const CounterReading after = *fresh.counter->peek(World::lineage);
    fresh.counter->put(World::lineage, {before.birth, before.birth});
    const auto disk = fresh.files.contents(World::file);
    World::Application another{7};
    EXPECT_EQ(code_of([&] { fresh.create(another); }), Code::counter_behind);
    EXPECT_EQ(code_of([&] { fresh.open(another); }), Code::counter_behind);
    EXPECT_EQ(fresh.files.contents(World::file), disk) << "nothing is touched";
    fresh.counter->put(World::lineage, after);
    EXPECT_EQ(fresh.restored_age(), 1U) << "and once the counter is right again, it goes on";
  }
}

TEST_F(CreateTest, AnAbsentCounterBesideGenerationsIsALostOne) {
  ASSERT_EQ(create_code(), Code::ok);
  world.counter->forget(World::lineage);
  EXPECT_EQ(create_code(), Code::counter_behind);
  EXPECT_EQ(open_code(), Code::counter_behind);
  EXPECT_FALSE(world.counter->peek(World::lineage));
  EXPECT_EQ(create_code(true), Code::ok) << "unless starting over";
}

// What the advice says of a counter that lost values: back as it was, or starting over.
TEST(LostCounter, ComesBackOrIsStartedOver) {
  for (const bool all : {false, true}) {
    World world;
    World::Application application{1};
    world.create(application);
    const auto lose = [&, older = *world.counter->peek(World::lineage)] {
      world.counter->put(World::lineage, older);
      if (all) world.counter->forget(World::lineage);
    };
    const auto save = [&] { (void)application.live->checkpoint(Save::last); };
    for (int i = 0; i < 3; ++i) save();
    const CounterReading newest = *world.counter->peek(World::lineage);
    lose();
    EXPECT_EQ(code_of(save), Code::counter_behind);
    application.live.reset();
    EXPECT_EQ(code_of([&] { (void)world.restored_age(); }), Code::counter_behind);
    world.counter->put(World::lineage, newest);
    EXPECT_EQ(world.restored_age(), 1U) << "back as it was";
    lose();
    World::Application other{2};
    world.create(other, true);
    other.live.reset();
    EXPECT_EQ(world.restored_age(), 2U) << "started over";
  }
}

TEST_F(CreateTest, ALostRaceForABirthExists) {
  world.counter->before_next_advance([&] {
    const Mark birth{0, world.random.digest()};
    world.counter->put(World::lineage, {birth, birth});
  });
  EXPECT_EQ(create_code(), Code::exists);
  EXPECT_FALSE(world.files.contents(World::file));
}

TEST_F(CreateTest, WithoutAKeyAnUnansweredFirstGenerationIsUnavailable) {
  world.key = open_key("none");
  world.counter->script({Fate::applied, Fate::lost, Fate::lost, Fate::lost});
  EXPECT_EQ(create_code(), Code::counter_unavailable);
  EXPECT_EQ(create_code(), Code::ok) << "a child that anyone may have written is no child";
}

TEST_F(CreateTest, StartingOverGivesTheOldLifeUpInOneStep) {
  World::Application old{1};
  world.create(old);
  old.live.reset();
  const auto old_file = *world.files.contents(World::file);
  const Mark old_mark = reading().mark;

  World::Application fresh{50};
  world.create(fresh, true);
  EXPECT_EQ(fresh.live->generation().value, 2U) << "the numbers go on";
  fresh.live.reset();
  EXPECT_EQ(reading().mark.value, old_mark.value + 1);
  EXPECT_EQ(world.restored_age(), 50U);
  world.files.put(World::file, old_file);
  EXPECT_EQ(code_of([&] { (void)world.restored_age(); }), Code::stale);
}

TEST_F(CreateTest, UntilItIsCommittedAStartOverHarmsNothing) {
  ASSERT_EQ(create_code(), Code::ok);
  world.counter->script(std::deque<Fate>(3, Fate::lost));
  World::Application fresh{50};
  EXPECT_EQ(code_of([&] { world.create(fresh, true); }), Code::counter_unavailable);
  world.counter->script({});
  EXPECT_EQ(world.restored_age(), 1U) << "nobody rolls it forward";
}

TEST_F(CreateTest, AStartOverWhoseRequestComesLateTakesOver) {
  ASSERT_EQ(create_code(), Code::ok);
  world.counter->script({Fate::late, Fate::lost, Fate::lost});
  World::Application fresh{50};
  EXPECT_EQ(code_of([&] { world.create(fresh, true); }), Code::counter_unavailable);
  world.counter->deliver();
  EXPECT_EQ(world.restored_age(), 50U);
}

TEST_F(CreateTest, StartingOverNeedsNoOldKey) {
  ASSERT_EQ(create_code(), Code::ok);
  world.key = test_key(9);
  EXPECT_EQ(create_code(true), Code::ok);
  EXPECT_EQ(world.restored_age(), 1U);
}

TEST_F(CreateTest, StartingOverWorksWithoutTheFile) {
  ASSERT_EQ(create_code(), Code::ok);
  world.files.erase(World::file);
  EXPECT_EQ(create_code(true), Code::ok);
  EXPECT_EQ(world.restored_age(), 1U);
}

TEST_F(CreateTest, OpenCreatesThenRestores) {
  World::Application first{1};
  world.open(first);
  EXPECT_FALSE(first.live->restored());
  first.live.reset();
  World::Application second{0};
  world.open(second);
  EXPECT_TRUE(second.live->restored());
  EXPECT_EQ(second.age(), 1U);
}

TEST_F(CreateTest, TheOptionsAreChecked) {
  const auto code_with = [&](auto change) {
    World::Application application{1};
    Options options = world.options();
    change(options);
    return code_of(
        [&] { (void)session::create(world.environment(), options, application.state.registry()); });
  };
  EXPECT_EQ(code_with([](Options& o) { o.file.clear(); }), Code::usage);
  EXPECT_EQ(code_with([](Options& o) { o.lineage.clear(); }), Code::usage);
  EXPECT_EQ(code_with([](Options& o) { o.lineage.assign(5000, 'x'); }), Code::usage);
  EXPECT_EQ(code_with([](Options& o) { o.counter.reset(); }), Code::usage);
  EXPECT_EQ(code_with([](Options& o) { o.key = Key(); }), Code::usage);
  EXPECT_EQ(code_with([](Options& o) { o.lineage.assign(4608, 'x'); }), Code::ok);
}

TEST_F(CreateTest, AnErrorInAnyCallLeavesAWayOn) {
  for (std::uint64_t n = 1;; ++n) {
    World fresh(n);
    World::Application application{1};
    fresh.files.fail_at(n, ENOSPC);
    const Code code = code_of([&] { fresh.create(application); });
    const bool reached = fresh.files.calls() >= n;
    fresh.files.clear_faults();
    if (!reached) break;
    if (code != Code::ok) {
      EXPECT_EQ(code, Code::failed) << n;
      const Code again = code_of([&] { fresh.open(application); });
      EXPECT_EQ(again, Code::ok) << n;
    }
    application.live.reset();
    fresh.files.restart(io::Unsynced::dropped);
    EXPECT_EQ(fresh.restored_age(), 1U) << n;
  }
}

TEST_F(CreateTest, AnErrorInAnyCallOfARestoreLeavesAWayOn) {
  for (std::uint64_t n = 1;; ++n) {
    World fresh(n);
    World::Application application{1};
    fresh.create(application);
    application.live.reset();
    const std::uint64_t before = fresh.files.calls();
    fresh.files.fail_at(n, EIO);
    World::Application back{0};
    const Code code = code_of([&] { fresh.restore(back); });
    const bool reached = fresh.files.calls() >= before + n;
    fresh.files.clear_faults();
    if (!reached) break;
    EXPECT_TRUE(code == Code::ok || code == Code::failed) << n << ": " << name(code);
    EXPECT_EQ(back.age(), code == Code::ok ? 1U : 0U);
    back.live.reset();
    fresh.files.restart(io::Unsynced::dropped);
    EXPECT_EQ(fresh.restored_age(), 1U) << n;
  }
}

}  // namespace
}  // namespace tidemark::session
