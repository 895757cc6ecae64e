// docs/protocol.md, "Move": a lineage goes from one counter to another.

#include <gtest/gtest.h>

#include <functional>

#include "crypto/hash.h"
#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using Fate = ScriptedCounter::Fate;

/// As often as one request is asked for until the session gives up.
std::deque<Fate> times(int number, Fate fate) {
  return std::deque<Fate>(static_cast<std::size_t>(number), fate);
}

std::deque<Fate> after(int applied, std::deque<Fate> then) {
  then.insert(then.begin(), static_cast<std::size_t>(applied), Fate::applied);
  return then;
}

/// Something that happens just before one of the next requests to a counter.
void before_request(ScriptedCounter& counter, int number, std::function<void()> event) {
  counter.before_next_advance([&counter, number, event = std::move(event)] {
    if (number == 0) return event();
    before_request(counter, number - 1, event);
  });
}

/// A flipped bit in the first record of a generation, which is the last that `which` says yes to.
void spoil(World& world, const std::function<bool(const container::FoundGeneration&)>& which) {
  std::filesystem::path path;
  std::uint64_t at = 0;
  for (const auto& name : world.files.names()) {
    if (name.extension() == ".lock") continue;
    const auto file = world.files.open(name, io::Access::read);
    for (const auto& found : container::scan(*file).generations) {
      if (!which(found)) continue;
      path = name;
      at = found.offset + found.header.encoded_size();
    }
  }
  ASSERT_FALSE(path.empty());
  Buffer content = *world.files.contents(path);
  content[static_cast<std::size_t>(at)] ^= std::byte{1};
  world.files.put(path, content);
}

struct MoveTest : testing::Test {
  /// A lineage at generation 3, age 3, whose instance is gone.
  void SetUp() override { begin(); }

  void begin() {
    World::Application application{1};
    world.create(application);
    for (const std::uint64_t age : {2U, 3U}) save(application, age);
  }

  static void save(World::Application& application, std::uint64_t age) {
    application.set_age(age);
    (void)application.live->checkpoint(Save::periodic);
  }

  std::uint64_t moved_age() {
    World::Application application{0};
    world.move(application);
    return application.age();
  }
  std::uint64_t age_there() {
    World::Application application{0};
    world.restore_moved(application);
    return application.age();
  }

  Code move_code() {
    return code_of([&] { (void)moved_age(); });
  }
  Code code_here() {
    return code_of([&] { (void)world.restored_age(); });
  }
  Code code_there() {
    return code_of([&] { (void)age_there(); });
  }

  /// `look` with everything as it was afterwards.
  void aside(const std::function<void()>& look) {
    const io::SimulatedDisk disk = world.files.snapshot();
    const ScriptedCounter x = *world.counter;
    const ScriptedCounter y = *world.next_counter;
    look();
    world.files.put_back(disk);
    *world.counter = x;
    *world.next_counter = y;
  }

  /// Refused with `code`, and not a byte on the disk or in the counters changed.
  void expect_refused(Code code, const std::function<Code()>& restore) {
    const auto file = world.files.contents(World::file);
    const auto names = world.files.names();
    const auto here = reading();
    const auto there = reading_there();
    EXPECT_EQ(restore(), code);
    EXPECT_EQ(world.files.contents(World::file), file);
    EXPECT_EQ(world.files.names(), names);
    EXPECT_EQ(reading(), here);
    EXPECT_EQ(reading_there(), there);
  }
  void expect_refused_here(Code code) {
    expect_refused(code, [&] { return code_here(); });
  }
  void expect_refused_there(Code code) {
    expect_refused(code, [&] { return code_there(); });
  }
  void expect_move_refused(Code code) {
    expect_refused(code, [&] { return move_code(); });
  }

  /// Everything that must hold after a move that was interrupted, whatever it had come to: not both
  /// counters do alone, and the same call finishes it.
  void expect_unharmed(std::uint64_t age = 3) {
    bool here = false;
    bool there = false;
    aside([&] { here = code_here() == Code::ok; });
    aside([&] { there = code_there() == Code::ok; });
    EXPECT_FALSE(here && there) << "both counters can be used";
    aside([&] {
      EXPECT_EQ(moved_age(), age);
      EXPECT_EQ(code_here(), Code::wrong_counter);
      EXPECT_EQ(age_there(), age);
      EXPECT_EQ(moved_age(), age) << "by the same call again";
    });
  }

  [[nodiscard]] std::optional<CounterReading> reading() const {
    return world.counter->peek(World::lineage);
  }
  [[nodiscard]] std::optional<CounterReading> reading_there() const {
    return world.next_counter->peek(World::lineage);
  }
  [[nodiscard]] Buffer contents() const { return *world.files.contents(World::file); }

  World world;
};

TEST_F(MoveTest, TheStateGoesOnUnderTheNewCounter) {
  World::Application application{0};
  world.move(application);
  EXPECT_EQ(application.age(), 3U);
  EXPECT_TRUE(application.live->restored());
  EXPECT_EQ(reading()->mark.value, 4U) << "the move";
  EXPECT_EQ(reading_there()->mark.value, 2U) << "the take-over, above the move";
  EXPECT_EQ(application.live->generation().value, 1U) << "the move's value there";
  save(application, 4);
  application.live->confirm();
  application.live.reset();
  EXPECT_EQ(age_there(), 4U);
}

TEST_F(MoveTest, TheOldCounterRefusesFromThenOn) {
  EXPECT_EQ(moved_age(), 3U);
  expect_refused_here(Code::wrong_counter);
  world.counter->forget(World::lineage);
  expect_refused_here(Code::counter_behind);
}

TEST_F(MoveTest, TheOldCounterIsNotNeededFromThenOn) {
  EXPECT_EQ(moved_age(), 3U);
  world.counter->answer_reads(false);
  EXPECT_EQ(moved_age(), 3U) << "the same call again does not even ask it";
  world.counter->forget(World::lineage);
  EXPECT_EQ(age_there(), 3U);
}

TEST_F(MoveTest, OldFilesAreRefusedUnderBoth) {
  const Buffer old = contents();
  {
    World::Application application{0};
    world.move(application);
    save(application, 4);
  }
  const Buffer moved = contents();
  world.files.put(World::file, old);
  expect_refused_here(Code::stale);
  expect_refused_there(Code::wrong_counter);
  expect_move_refused(Code::stale);
  world.files.put(World::file, moved);
  EXPECT_EQ(age_there(), 4U);
}

TEST_F(MoveTest, AnOldFileOfTheNewCounterIsStale) {
  EXPECT_EQ(moved_age(), 3U);
  const Buffer old = contents();
  {
    World::Application application{0};
    world.restore_moved(application);
    save(application, 4);
  }
  world.files.put(World::file, old);
  expect_refused_there(Code::stale);
  expect_move_refused(Code::stale);
}

TEST_F(MoveTest, ALiveSessionIsFenced) {
  world.locks = false;
  world.files.refuse_locks(true);
  World::Application old{0};
  world.restore(old);
  EXPECT_EQ(moved_age(), 3U);
  try {
    old.live->confirm();
    ADD_FAILURE() << "it goes on";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::fenced);
    EXPECT_NE(std::string(error.what()).find("moved"), std::string::npos) << error.what();
  }
  EXPECT_EQ(code_of([&] { save(old, 9); }), Code::fenced);
  EXPECT_EQ(age_there(), 3U);
}

TEST_F(MoveTest, TheNewCounterAloneDoesNotDoWhileItIsReserved) {
  world.counter->script(times(3, Fate::lost));
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  world.counter->script({});
  EXPECT_EQ(reading_there()->mark.value, 1U);
  expect_refused_there(Code::wrong_counter);
  EXPECT_EQ(code_of([&] {
              World::Application application{0};
              Options options = world.options();
              options.counter = world.next_counter;
              (void)session::open(world.environment(), options, application.state.registry());
            }),
            Code::wrong_counter);
  expect_unharmed();
}

TEST_F(MoveTest, NorWhileItOnlyHasABirth) {
  world.next_counter->script(after(1, times(3, Fate::lost)));
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  EXPECT_EQ(reading_there()->mark, reading_there()->birth);
  expect_refused_there(Code::wrong_counter);
  EXPECT_EQ(code_of([&] {
              World::Application application{0};
              Options options = world.options();
              options.counter = world.next_counter;
              (void)session::open(world.environment(), options, application.state.registry());
            }),
            Code::wrong_counter);
  expect_unharmed();
}

TEST_F(MoveTest, UntilTheCommitPointTheOldCounterCounts) {
  world.counter->script(times(3, Fate::late));
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  {
    World::Application application{0};
    world.restore(application);
    save(application, 4);
  }
  EXPECT_EQ(world.counter->deliver(), 0) << "the reservation is void";
  expect_refused_there(Code::wrong_counter);
  EXPECT_EQ(moved_age(), 4U) << "another one takes its place";
  EXPECT_EQ(reading_there()->mark.value, 3U);
  EXPECT_EQ(age_there(), 4U);
}

TEST_F(MoveTest, AVoidReservationMayBeReplacedAgainAndAgain) {
  for (std::uint64_t age = 4; age < 7; ++age) {
    world.counter->script(times(3, Fate::lost));
    EXPECT_EQ(move_code(), Code::counter_unavailable);
    world.counter->script({});
    World::Application application{0};
    world.restore(application);
    save(application, age);
  }
  EXPECT_EQ(moved_age(), 6U);
  EXPECT_EQ(reading_there()->mark.value, 5U);
}

/// What becomes of each request: the birth, the reservation, the commit, the take-over.
struct Interruption {
  const char* name;
  int there;  ///< how many requests to the new counter are applied before
  bool here;  ///< it is the one to the old counter
};

void PrintTo(const Interruption& interruption, std::ostream* out) { *out << interruption.name; }

class InterruptedMoveTest : public MoveTest, public testing::WithParamInterface<Interruption> {
 protected:
  /// A move with that request's fates, and no answers to reads from then on.
  void interrupt(const std::deque<Fate>& fates) {
    const Interruption& at = GetParam();
    ScriptedCounter& counter = at.here ? *world.counter : *world.next_counter;
    counter.script(at.here ? fates : after(at.there, fates));
    const Code code = move_code();
    EXPECT_TRUE(code == Code::counter_unavailable || code == Code::ok);
    if (fates.front() != Fate::answer_lost) {
      EXPECT_EQ(code, Code::counter_unavailable);
    }
    counter.script({});
  }
};

TEST_P(InterruptedMoveTest, ARequestThatIsLost) {
  interrupt(times(3, Fate::lost));
  expect_unharmed();
}

TEST_P(InterruptedMoveTest, AnAnswerThatIsLost) {
  interrupt({Fate::answer_lost});
  expect_unharmed();
}

TEST_P(InterruptedMoveTest, ARequestThatComesLate) {
  interrupt(times(3, Fate::late));
  expect_unharmed();
  aside([&] {
    world.counter->deliver();
    world.next_counter->deliver();
    expect_unharmed();
  });
  for (const bool here : {true, false}) {
    for (int request = 0; request < 4; ++request) {
      SCOPED_TRACE(testing::Message()
                   << "before request " << request << (here ? " here" : " there"));
      aside([&] {
        ScriptedCounter& counter = here ? *world.counter : *world.next_counter;
        before_request(counter, request, [&] {
          world.counter->deliver();
          world.next_counter->deliver();
        });
        EXPECT_EQ(moved_age(), 3U);
        counter.before_next_advance(nullptr);
        expect_unharmed();
      });
    }
  }
}

TEST_P(InterruptedMoveTest, TheOldProgramThatGoesOnInBetween) {
  interrupt(times(3, Fate::late));
  World::Application old{0};
  const Code code = code_of([&] {
    world.restore(old);
    save(old, 4);
  });
  old.live.reset();
  world.counter->deliver();
  world.next_counter->deliver();
  EXPECT_TRUE(code == Code::ok || code == Code::wrong_counter);
  expect_unharmed(code == Code::ok ? 4 : 3);
}

INSTANTIATE_TEST_SUITE_P(Requests, InterruptedMoveTest,
                         testing::Values(Interruption{"birth", 0, false},
                                         Interruption{"reservation", 1, false},
                                         Interruption{"commit", 0, true},
                                         Interruption{"take_over", 2, false}),
                         [](const auto& parameter) { return parameter.param.name; });

TEST_F(MoveTest, OfTwoMoversOneSucceeds) {
  world.locks = false;
  world.files.refuse_locks(true);
  for (const int request : {0, 1, 2}) {
    for (const bool here : {true, false}) {
      if (here && request > 0) continue;
      SCOPED_TRACE(testing::Message() << request << here);
      aside([&] {
        ScriptedCounter& counter = here ? *world.counter : *world.next_counter;
        World::Application first{0};
        World::Application second{0};
        before_request(counter, request, [&] { world.move(second); });
        const Code code = code_of([&] { world.move(first); });
        ASSERT_TRUE(second.live);
        if (code == Code::ok) {
          EXPECT_EQ(code_of([&] { save(second, 9); }), Code::fenced);
          EXPECT_EQ(first.age(), 3U);
        } else {
          EXPECT_EQ(code, Code::fenced);
          save(second, 4);
        }
      });
    }
  }
}

TEST_F(MoveTest, WhatWasSavedUnconfirmedIsMoved) {
  {
    World::Application application{0};
    world.restore(application);
    world.counter->script(times(6, Fate::lost));
    application.set_age(4);
    EXPECT_EQ(code_of([&] { (void)application.live->checkpoint(Save::last); }), Code::unconfirmed);
    world.counter->script({});
  }
  EXPECT_EQ(moved_age(), 4U);
  EXPECT_EQ(age_there(), 4U);
}

TEST_F(MoveTest, WhatWasSavedUnconfirmedAfterTheReservationIsNotLost) {
  world.locks = false;
  world.files.refuse_locks(true);
  World::Application old{0};
  world.restore(old);
  save(old, 4);
  world.counter->script(times(3, Fate::late));
  EXPECT_EQ(move_code(), Code::counter_unavailable);  // reserved, with the state of 4
  world.counter->script(times(3, Fate::lost));
  old.set_age(5);
  EXPECT_EQ(code_of([&] { (void)old.live->checkpoint(Save::last); }), Code::unconfirmed);
  old.live.reset();
  world.counter->script({});
  aside([&] {
    EXPECT_EQ(moved_age(), 5U) << "the reservation is made void first";
    EXPECT_EQ(age_there(), 5U);
  });
  world.counter->deliver_before_next_advance();
  EXPECT_EQ(moved_age(), 4U) << "the late commit was faster";
}

TEST_F(MoveTest, AReservationThatIsAlteredIsNobodys) {
  world.counter->script(times(3, Fate::late));
  const Buffer before = contents();
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  world.counter->script({});
  Buffer file = contents();
  ASSERT_EQ(file.size(), before.size() + 4096);
  file[before.size() + 430] ^= std::byte{1};  // in its sealed index
  world.files.put(World::file, file);
  // The mark is its root, so that it is nobody's now.
  expect_move_refused(Code::exists);
  EXPECT_EQ(world.restored_age(), 3U);
}

TEST_F(MoveTest, AReservationWhoseBaseIsDamagedIsNotCommitted) {
  world.counter->script(times(3, Fate::late));
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  world.counter->script({});
  spoil(world, [&](const auto& found) { return found.root.digest == reading()->mark.digest; });
  expect_move_refused(Code::damaged);
}

TEST_F(MoveTest, AStrangerOnTheNewCounterIsNotOverwritten) {
  Options other = world.options();
  other.file = "/data/other.dat";
  other.counter = world.next_counter;
  World::Application stranger{50};
  stranger.live = session::create(world.environment(), other, stranger.state.registry());
  expect_move_refused(Code::exists);
  save(stranger, 51);
  EXPECT_EQ(world.restored_age(), 3U);
}

TEST_F(MoveTest, AStrangerThatIsFasterAfterTheBirthIsNotOverwritten) {
  World::Application stranger{50};
  before_request(*world.next_counter, 1, [&] {
    Options other = world.options();
    other.file = "/data/other.dat";
    other.counter = world.next_counter;
    stranger.live = session::create(world.environment(), other, stranger.state.registry());
  });
  EXPECT_EQ(move_code(), Code::exists);
  expect_move_refused(Code::exists);
  save(stranger, 51);
  EXPECT_EQ(world.restored_age(), 3U);
}

TEST_F(MoveTest, AStrangerCannotStartOnceItIsReserved) {
  world.counter->script(times(3, Fate::lost));
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  world.counter->script({});
  Options other = world.options();
  other.file = "/data/other.dat";
  other.counter = world.next_counter;
  World::Application stranger{50};
  EXPECT_EQ(code_of([&] {
              (void)session::create(world.environment(), other, stranger.state.registry());
            }),
            Code::exists);
  expect_unharmed();
}

TEST_F(MoveTest, AnUnreachableOldCounterLosesNothing) {
  world.counter->answer_reads(false);
  expect_move_refused(Code::counter_unavailable);
  world.counter->answer_reads(true);
  world.counter->script(times(3, Fate::late));
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  world.counter->script({});
  world.counter->answer_reads(false);
  expect_move_refused(Code::counter_unavailable);
  world.counter->answer_reads(true);
  expect_unharmed();
}

TEST_F(MoveTest, AnOldCounterThatKnowsNothingIsLost) {
  aside([&] {
    world.counter->forget(World::lineage);
    expect_move_refused(Code::counter_behind);
  });
  world.counter->script(times(3, Fate::lost));
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  world.counter->script({});
  world.counter->forget(World::lineage);
  expect_move_refused(Code::counter_behind);
}

TEST_F(MoveTest, AnotherOldCounterThanItBeganWithIsRefused) {
  world.counter->script(times(3, Fate::lost));
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  world.counter->script({});
  const CounterReading right = *reading();
  CounterReading wrong = right;
  wrong.birth.digest = world.random.digest();
  world.counter->put(World::lineage, wrong);
  expect_move_refused(Code::wrong_counter);
  world.counter->put(World::lineage, right);
  expect_unharmed();
}

TEST_F(MoveTest, AnOldCounterThatLostTheMoveIsFoundOut) {
  const CounterReading before = *reading();
  EXPECT_EQ(moved_age(), 3U);
  world.files.restart(io::Unsynced::dropped);
  world.counter->put(World::lineage, before);
  expect_refused_here(Code::counter_behind);
  EXPECT_EQ(moved_age(), 3U);
}

TEST_F(MoveTest, ANewCounterThatLostTheReservationIsFoundOut) {
  world.next_counter->script(after(2, times(3, Fate::lost)));
  EXPECT_EQ(move_code(), Code::counter_unavailable);  // committed
  world.next_counter->script({});
  const CounterReading before = *reading_there();
  world.next_counter->put(World::lineage, {before.birth, before.birth});
  expect_move_refused(Code::counter_behind);
  world.next_counter->forget(World::lineage);
  expect_move_refused(Code::wrong_counter);
  world.next_counter->put(World::lineage, before);
  expect_unharmed();
}

TEST_F(MoveTest, ANewCounterThatLostWhatCameAfterwardsIsFoundOut) {
  EXPECT_EQ(moved_age(), 3U);
  const CounterReading before = *reading_there();
  {
    World::Application application{0};
    world.restore_moved(application);
    save(application, 4);
  }
  world.next_counter->put(World::lineage, before);
  expect_refused_there(Code::counter_behind);
  expect_move_refused(Code::counter_behind);
  world.next_counter->put(World::lineage, {before.birth, before.birth});
  expect_refused_there(Code::counter_behind);
  expect_move_refused(Code::counter_behind);
}

TEST_F(MoveTest, BackToWhereItCameFromIsRefusedWhileThatKnowsIt) {
  EXPECT_EQ(moved_age(), 3U);
  std::swap(world.counter, world.next_counter);
  expect_move_refused(Code::exists);
  world.next_counter->forget(World::lineage);
  EXPECT_EQ(moved_age(), 3U);
  EXPECT_EQ(age_there(), 3U);
}

TEST_F(MoveTest, FromOneToTheNext) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(moved_age(), 3U);
    expect_refused_here(Code::wrong_counter);
    world.counter = std::exchange(world.next_counter, std::make_shared<ScriptedCounter>());
  }
  EXPECT_EQ(world.restored_age(), 3U);
}

TEST_F(MoveTest, AMoveThatIsNotFinishedCannotBeMoved) {
  world.counter->script(times(3, Fate::lost));
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  world.counter->script({});
  const auto x = world.counter;
  const auto y = world.next_counter;
  world.counter = y;
  world.next_counter = std::make_shared<ScriptedCounter>();
  expect_move_refused(Code::wrong_counter);
  world.counter = x;
  world.next_counter = y;
  expect_unharmed();
}

TEST_F(MoveTest, NothingToMoveIsNoFreshStart) {
  World empty(7);
  World::Application application{1};
  EXPECT_EQ(code_of([&] { empty.move(application); }), Code::no_checkpoint);
  Options both = empty.options();
  both.counter = empty.next_counter;
  both.moved_from = empty.counter;
  EXPECT_EQ(code_of([&] {
              (void)session::open(empty.environment(), both, application.state.registry());
            }),
            Code::no_checkpoint);
  EXPECT_EQ(code_of([&] {
              (void)session::create(empty.environment(), both, application.state.registry());
            }),
            Code::usage);
  EXPECT_FALSE(empty.next_counter->peek(World::lineage));
}

TEST_F(MoveTest, OpenMovesToo) {
  World::Application application{0};
  Options both = world.options();
  both.counter = world.next_counter;
  both.moved_from = world.counter;
  application.live = session::open(world.environment(), both, application.state.registry());
  EXPECT_EQ(application.age(), 3U);
  save(application, 4);
}

/// One that makes its marks in another way.
class HashingCounter final : public Counter {
 public:
  explicit HashingCounter(std::byte kind) : kind_{kind} {}
  [[nodiscard]] std::optional<CounterReading> read(std::string_view name) override {
    return held_.read(name);
  }
  [[nodiscard]] std::optional<Conflict> advance(std::string_view name,
                                                const std::optional<Mark>& from,
                                                const Mark& to) override {
    return held_.advance(name, from, to);
  }
  [[nodiscard]] Mark next(const Mark& from, const Root& root) const override {
    return {from.value + 1, crypto::sha256({kind_, from.digest.bytes, root.digest.bytes})};
  }
  [[nodiscard]] std::string uri() const override { return "hashing:"; }

 private:
  std::array<std::byte, 1> kind_;
  ScriptedCounter held_;
};

TEST_F(MoveTest, EachCounterMakesItsOwnMarks) {
  std::shared_ptr<Counter> from = world.counter;
  for (const std::byte kind : {std::byte{1}, std::byte{2}}) {
    Options both = world.options();
    both.counter = std::make_shared<HashingCounter>(kind);
    both.moved_from = from;
    World::Application application{0};
    application.live = session::restore(world.environment(), both, application.state.registry());
    EXPECT_EQ(application.age(), 3U);
    application.live.reset();
    const auto under = [&](const std::shared_ptr<Counter>& counter) {
      Options alone = world.options();
      alone.counter = counter;
      return code_of([&] {
        World::Application other{0};
        (void)session::restore(world.environment(), alone, other.state.registry());
      });
    };
    EXPECT_EQ(under(from), Code::wrong_counter);
    EXPECT_EQ(under(both.counter), Code::ok);
    from = both.counter;
  }
}

TEST_F(MoveTest, ACounterIsNotMovedToItself) {
  world.next_counter = world.counter;
  EXPECT_EQ(moved_age(), 3U) << "it has arrived";
  const auto before = reading();
  world.counter->put(World::lineage, {before->birth, {before->mark.value, {}}});
  EXPECT_NE(move_code(), Code::ok);
}

TEST_F(MoveTest, ADamagedStateIsNotMoved) {
  spoil(world, [](const auto&) { return true; });
  expect_move_refused(Code::damaged);
}

TEST_F(MoveTest, TheWrongKeyMovesNothing) {
  world.key = test_key(8);
  expect_move_refused(Code::wrong_key);
  world.key = test_key();
  world.counter->script(times(3, Fate::lost));
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  world.counter->script({});
  world.key = test_key(8);
  expect_move_refused(Code::wrong_key);
  world.key = test_key();
  expect_unharmed();
}

TEST_F(MoveTest, AFailedWriteMovesNothingAndTheSameCallFinishesIt) {
  bool failed = true;
  for (std::uint64_t n = 1; failed; ++n) {
    SCOPED_TRACE(n);
    aside([&] {
      const std::uint64_t before = world.files.calls();
      world.files.fail_at(n);
      const Code code = move_code();
      world.files.clear_faults();
      failed = world.files.calls() - before >= n;
      EXPECT_TRUE(code == Code::ok || code == Code::failed) << name(code);
      expect_unharmed();
    });
    if (HasFailure()) return;
  }
}

TEST_F(MoveTest, StartingOverIsRefusedWhileItIsUnderWay) {
  const auto start_over = [&](const std::shared_ptr<ScriptedCounter>& counter) {
    return code_of([&] {
      World::Application fresh{10};
      Options options = world.options();
      options.counter = counter;
      options.start_over = true;
      (void)session::create(world.environment(), options, fresh.state.registry());
    });
  };
  world.next_counter->script(after(2, times(3, Fate::lost)));
  EXPECT_EQ(move_code(), Code::counter_unavailable);  // committed, not taken over
  world.next_counter->script({});
  expect_refused(Code::exists, [&] { return start_over(world.counter); });
  expect_refused(Code::exists, [&] { return start_over(world.next_counter); });
  EXPECT_EQ(moved_age(), 3U);
  aside([&] { EXPECT_EQ(start_over(world.counter), Code::ok); });
  EXPECT_EQ(start_over(world.next_counter), Code::ok);
  EXPECT_EQ(age_there(), 10U);
}

TEST_F(MoveTest, StartingOverOnTheOldCounterMakesAReservationVoid) {
  world.counter->script(times(3, Fate::late));
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  world.counter->script({});
  World::Application fresh{10};
  world.create(fresh, true);
  fresh.live.reset();
  EXPECT_EQ(world.counter->deliver(), 0);
  EXPECT_EQ(world.restored_age(), 10U);
  expect_move_refused(Code::exists);  // the new life knows nothing of that reservation
}

TEST_F(MoveTest, AStateOfSingleUseIsLoadedOnce) {
  World once(3);
  once.policy = Policy::single_use;
  World::Application first{2};
  once.create(first);
  first.live.reset();
  World::Application moved{0};
  once.move(moved);
  EXPECT_EQ(moved.age(), 2U);
  World::Application again{0};
  moved.live.reset();
  EXPECT_EQ(code_of([&] { once.move(again); }), Code::used_up);
  EXPECT_EQ(code_of([&] { once.restore_moved(again); }), Code::used_up);
  EXPECT_EQ(code_of([&] { once.restore(again); }), Code::wrong_counter);
}

TEST_F(MoveTest, AUsedUpStateIsNotMoved) {
  World once(3);
  once.policy = Policy::single_use;
  World::Application first{2};
  once.create(first);
  first.live.reset();
  EXPECT_EQ(once.restored_age(), 2U);
  World::Application moved{0};
  EXPECT_EQ(code_of([&] { once.move(moved); }), Code::used_up);
  EXPECT_FALSE(once.next_counter->peek(World::lineage));
}

/// Without a key nothing is rolled forward; what Y was moved to is no roll forward.
TEST_F(MoveTest, WithoutAKeyItIsMovedAndFinishedToo) {
  World plain(3);
  plain.key = open_key("none");
  World::Application first{2};
  plain.create(first);
  first.live.reset();
  plain.counter->script(times(3, Fate::lost));
  World::Application moved{0};
  EXPECT_EQ(code_of([&] { plain.move(moved); }), Code::counter_unavailable);
  plain.counter->script({});
  plain.move(moved);
  EXPECT_EQ(moved.age(), 2U);
  save(moved, 3);
}

/// How generations get into storage.
struct Way {
  const char* name;
  bool locks = true;
  std::optional<Publishing> publishing{};
  std::uint64_t compaction_limit = std::uint64_t{1} << 20;
  std::uint32_t keep = 0;
};

void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

class MoveInEveryWayTest : public MoveTest, public testing::WithParamInterface<Way> {
 protected:
  void SetUp() override {
    world.locks = GetParam().locks;
    world.files.refuse_locks(!GetParam().locks);
    world.publishing = GetParam().publishing;
    world.compaction_limit = GetParam().compaction_limit;
    world.keep = GetParam().keep;
    begin();
  }
};

TEST_P(MoveInEveryWayTest, ItArrivesAndGoesOn) {
  World::Application application{0};
  world.move(application);
  for (std::uint64_t age = 4; age < 8; ++age) save(application, age);
  application.live.reset();
  EXPECT_EQ(age_there(), 7U);
  EXPECT_EQ(moved_age(), 7U);
  EXPECT_EQ(code_here(), Code::wrong_counter);
}

TEST_P(MoveInEveryWayTest, InterruptedItIsFinished) {
  world.counter->script(times(3, Fate::late));
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  world.files.restart(io::Unsynced::dropped);
  expect_unharmed();
  world.counter->deliver();
  world.files.restart(io::Unsynced::dropped);
  expect_unharmed();
}

TEST_P(MoveInEveryWayTest, AVoidReservationIsReplaced) {
  world.counter->script(times(3, Fate::late));
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  world.counter->script(times(3, Fate::lost));  // a take-over that asks and dies
  EXPECT_EQ(code_here(), Code::counter_unavailable);
  world.counter->script({});
  EXPECT_EQ(moved_age(), 3U);
}

class MoveByCopyTest : public MoveInEveryWayTest {};

TEST_P(MoveByCopyTest, AReservationThatDoesNotOpenIsMadeVoid) {
  world.counter->script(times(3, Fate::late));
  EXPECT_EQ(move_code(), Code::counter_unavailable);
  world.counter->script({});
  spoil(world, [](const auto& found) { return found.header.moves_to.has_value(); });
  EXPECT_EQ(moved_age(), 3U);
  EXPECT_EQ(world.counter->deliver(), 0);
  EXPECT_EQ(age_there(), 3U);
}

const Way by_reference[] = {
    {"appending"},
    {.name = "compacting", .compaction_limit = 0, .keep = 2},
};

const Way by_copy[] = {
    {.name = "without_locks", .locks = false},
    {.name = "without_locks_compacting", .locks = false, .compaction_limit = 0},
    {.name = "alternate", .publishing = Publishing::alternate, .keep = 1},
    {.name = "alternate_without_locks", .locks = false, .publishing = Publishing::alternate},
};

constexpr auto way_name = [](const auto& parameter) { return parameter.param.name; };

INSTANTIATE_TEST_SUITE_P(ByReference, MoveInEveryWayTest, testing::ValuesIn(by_reference),
                         way_name);
INSTANTIATE_TEST_SUITE_P(ByCopy, MoveInEveryWayTest, testing::ValuesIn(by_copy), way_name);
INSTANTIATE_TEST_SUITE_P(ByCopy, MoveByCopyTest, testing::ValuesIn(by_copy), way_name);

}  // namespace
}  // namespace tidemark::session
