// Stops a move at every single call to the file system and at every request to a counter, does the
// worst to what was not synced, and lets the same call finish it.

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using Fate = ScriptedCounter::Fate;
using Encrypted = io::SimulatedFileSystem::Encrypted;
using Stop = io::SimulatedFileSystem::Stop;
using io::Unsynced;

/// The storage, how generations get into it, and what is there before the move.
struct Setting {
  std::string name{};
  std::uint64_t compaction_limit = std::uint64_t{1} << 20;
  Policy policy = Policy::hand_over;
  std::optional<Publishing> publishing{};
  bool locks = true;
  Encrypted encrypted = Encrypted::no;
  std::uint32_t keep = 0;
  bool pending = false;            ///< the newest state was saved, but not confirmed
  bool needs_secret = false;       ///< the old counter does
  bool next_needs_secret = false;  ///< the new one does
  bool reserved = false;  ///< an earlier move came as far as the reservation, and that is void now
};

void PrintTo(const Setting& setting, std::ostream* out) { *out << setting.name; }

constexpr std::uint64_t saved = 3;  // the age that must never be lost

void save(World::Application& application, std::uint64_t age) {
  application.set_age(age);
  (void)application.live->checkpoint(Save::last);
}

void prepare(World& world, const Setting& setting) {
  world.compaction_limit = setting.compaction_limit;
  world.policy = setting.policy;
  world.publishing = setting.publishing;
  world.locks = setting.locks;
  world.files.refuse_locks(!setting.locks);
  world.files.encrypt(setting.encrypted);
  world.keep = setting.keep;
  world.needs_secret = setting.needs_secret;
  world.next_needs_secret = setting.next_needs_secret;
  World::Application application{1};
  world.create(application);
  save(application, 2);
  if (setting.reserved) {
    application.live.reset();
    world.counter->script({Fate::lost, Fate::lost, Fate::lost});
    World::Application mover{0};
    EXPECT_EQ(code_of([&] { world.move(mover); }), Code::counter_unavailable);
    world.restore(application);
  }
  if (setting.pending) world.counter->script({Fate::lost, Fate::lost, Fate::lost});
  EXPECT_EQ(code_of([&] { save(application, saved); }),
            setting.pending ? Code::unconfirmed : Code::ok);
  application.live.reset();
  world.counter->script({});
  world.files.kill();
}

/// What the mover was told.
struct Told {
  std::uint64_t age = saved;  ///< what must not be lost
  bool running = false;       ///< it may have begun to run, and has saved nothing since
};

/// A move, and a save after it.
void act(World& world, Told& told) {
  World::Application application{0};
  told.running = true;
  world.move(application);
  EXPECT_EQ(application.age(), saved);
  save(application, saved + 1);
  told = {saved + 1, false};
}

/// What must hold for whoever comes back. Both counters alone are asked aside.
void verify(World& world, const Told& told) {
  const io::SimulatedDisk disk = world.files.snapshot();
  const ScriptedCounter old = *world.counter;
  const ScriptedCounter next = *world.next_counter;
  const auto alone = [&](void (World::*restore)(World::Application&)) {
    World::Application application{0};
    const Code code = code_of([&] { (world.*restore)(application); });
    application.live.reset();
    if (code == Code::ok) {
      EXPECT_GE(application.age(), told.age) << "what was acknowledged is lost";
    }
    world.files.put_back(disk);
    *world.counter = old;
    *world.next_counter = next;
    return code;
  };
  const Code under_old = alone(&World::restore);
  const Code under_next = alone(&World::restore_moved);
  EXPECT_FALSE(under_old == Code::ok && under_next == Code::ok) << "both counters can be used";

  World::Application application{0};
  const Code moved = code_of([&] { world.move(application); });
  if (moved == Code::used_up && world.policy == Policy::single_use && told.running) {
    EXPECT_NE(under_old, Code::ok);
    return;
  }
  ASSERT_EQ(moved, Code::ok) << "the same call does not finish it";
  EXPECT_GE(application.age(), told.age) << "what was acknowledged is lost";
  EXPECT_TRUE(application.is_whole()) << "a torn state";
  save(application, application.age() + 1);
  const std::uint64_t age = application.age();
  application.live.reset();
  World::Application again{0};
  EXPECT_NE(code_of([&] { world.restore(again); }), Code::ok) << "the old counter can be used";
  world.restore_moved(again);
  EXPECT_EQ(again.age(), age);
}

using Hows = std::vector<std::pair<Unsynced, std::uint64_t>>;
const Hows kept_or_dropped = {{Unsynced::kept, 0}, {Unsynced::dropped, 0}};
const Hows every_way = sanitized ? Hows{{Unsynced::mixed, 1}}
                                 : Hows{{Unsynced::kept, 0},
                                        {Unsynced::dropped, 0},
                                        {Unsynced::trashed, 1},
                                        {Unsynced::mixed, 1}};

/// What is left of a stopped move; requests that were late arrive then.
void verify_after(World& world, const Told& told, const Hows& hows) {
  const io::SimulatedDisk disk = world.files.snapshot();
  const ScriptedCounter old = *world.counter;
  const ScriptedCounter next = *world.next_counter;
  for (const auto& [how, seed] : hows) {
    SCOPED_TRACE(testing::Message() << "unsynced " << static_cast<int>(how) << ", seed " << seed);
    world.files.put_back(disk);
    *world.counter = old;
    *world.next_counter = next;
    for (ScriptedCounter* counter : {world.counter.get(), world.next_counter.get()}) {
      counter->script({});
      counter->before_next_advance({});
      counter->before_each_read({});
      counter->deliver();
    }
    world.files.restart(how, seed);
    verify(world, told);
    if (testing::Test::HasFailure()) return;
  }
}

/// Whether it was stopped.
bool run_until_stopped(World& world, Told& told) {
  try {
    act(world, told);
  } catch (const io::Crash&) {
    return true;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::counter_unavailable) << error.what();
  }
  return world.files.crashed();
}

class MoveCrashTest : public testing::TestWithParam<Setting> {
 protected:
  /// Stops at every call, with these fates of what is asked of the two counters.
  static void stop_at_every_call(Stop where, const Hows& hows, const std::deque<Fate>& of_old,
                                 const std::deque<Fate>& of_next) {
    bool stopped = true;
    for (std::uint64_t n = 1; stopped; ++n) {
      SCOPED_TRACE(testing::Message()
                   << "stopped at call " << n << (where == Stop::before ? "" : ", midway"));
      World world(n);
      prepare(world, GetParam());
      world.counter->script(of_old);
      world.next_counter->script(of_next);
      world.files.stop_at(n, where);
      Told told;
      stopped = run_until_stopped(world, told);
      verify_after(world, told, hows);
      if (HasFailure()) return;
    }
  }
};

TEST_P(MoveCrashTest, StoppedBeforeEveryCall) {
  stop_at_every_call(Stop::before, every_way, {}, {});
}

TEST_P(MoveCrashTest, StoppedInEveryCall) { stop_at_every_call(Stop::midway, every_way, {}, {}); }

TEST_P(MoveCrashTest, StoppedAtEveryCallWithALateCommit) {
  stop_at_every_call(Stop::before, kept_or_dropped, {Fate::late, Fate::late, Fate::late}, {});
}

TEST_P(MoveCrashTest, StoppedAtEveryCallWithALateTakeOver) {
  std::deque<Fate> fates(GetParam().reserved ? 1 : 2, Fate::applied);
  fates.insert(fates.end(), 3, Fate::late);
  stop_at_every_call(Stop::before, kept_or_dropped, {}, fates);
}

TEST_P(MoveCrashTest, StoppedAtEveryRequest) {
  for (const bool of_old : {false, true}) {
    for (const bool applied : {false, true}) {
      bool stopped = true;
      for (int request = 0; stopped; ++request) {
        SCOPED_TRACE(testing::Message()
                     << "stopped at request " << request << (of_old ? " to the old" : " to the new")
                     << (applied ? ", applied" : ""));
        World world(static_cast<std::uint64_t>(request + 1));
        prepare(world, GetParam());
        const auto crash = [&world] {
          world.files.stop_at(1);
          (void)world.files.type("/");
        };
        ScriptedCounter& counter = of_old ? *world.counter : *world.next_counter;
        std::deque<Fate> fates(static_cast<std::size_t>(request), Fate::applied);
        if (applied) fates.push_back(Fate::answer_lost);
        counter.script(fates);
        std::function<void(int)> await = [&](int left) {
          counter.before_next_advance([&, left] {
            if (left > 0) return await(left - 1);
            if (!applied) crash();
            counter.before_each_read([&](std::uint64_t) { crash(); });
          });
        };
        await(request);
        Told told;
        stopped = run_until_stopped(world, told);
        verify_after(world, told, every_way);
        if (HasFailure()) return;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Session, MoveCrashTest,
    testing::Values(Setting{.name = "appending"}, Setting{.name = "pending", .pending = true},
                    Setting{.name = "compacting", .compaction_limit = 0, .keep = 2},
                    Setting{.name = "single_use", .policy = Policy::single_use},
                    Setting{.name = "without_locks", .locks = false, .pending = true},
                    Setting{.name = "alternate", .publishing = Publishing::alternate},
                    Setting{.name = "alternate_encrypted",
                            .publishing = Publishing::alternate,
                            .locks = false,
                            .encrypted = Encrypted::new_files_open},
                    Setting{.name = "alternate_encrypted_lost",
                            .publishing = Publishing::alternate,
                            .locks = false,
                            .encrypted = Encrypted::new_files_lost},
                    Setting{.name = "secret", .pending = true, .next_needs_secret = true},
                    Setting{.name = "secrets_alternate",
                            .publishing = Publishing::alternate,
                            .needs_secret = true,
                            .next_needs_secret = true},
                    Setting{
                        .name = "secret_without_locks", .locks = false, .next_needs_secret = true},
                    Setting{.name = "void_reservation", .reserved = true}),
    [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace tidemark::session
