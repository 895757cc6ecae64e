// Stops an instance at every single call that it makes to the file system, does the worst to what
// was not synced, and restores.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>

#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using Fate = ScriptedCounter::Fate;
using Encrypted = io::SimulatedFileSystem::Encrypted;
using Stop = io::SimulatedFileSystem::Stop;
using io::Unsynced;

constexpr std::uint64_t never = std::uint64_t{1} << 20;
constexpr std::uint64_t always = 0;

/// The soak sets TIDEMARK_MIXES.
std::uint64_t mixes_per_call() {
  if (const char* const mixes = std::getenv("TIDEMARK_MIXES")) return std::stoull(mixes);
  return 8;
}

using Hows = std::vector<std::pair<Unsynced, std::uint64_t>>;

/// What a user was told, and what could at most be there.
struct Told {
  std::uint64_t acknowledged = 0;
  std::uint64_t attempted = 0;
  bool restoring = false;  ///< a restore was begun, and nothing was saved since
};

/// The storage, and how generations get into it.
struct Setting {
  std::string name{};
  std::uint64_t compaction_limit = never;
  Policy policy = Policy::hand_over;
  std::optional<Publishing> publishing{};
  bool locks = true;
  Encrypted encrypted = Encrypted::no;
  std::size_t size = 3;  ///< of the state, in numbers
  bool async = false;    ///< the saves that may be stopped
  std::uint32_t keep = 0;

  void apply(World& world) const {
    world.compaction_limit = compaction_limit;
    world.policy = policy;
    world.publishing = publishing;
    world.locks = locks;
    world.files.refuse_locks(!locks);
    world.files.encrypt(encrypted);
    world.size = size;
    world.keep = keep;
  }
};

struct Scenario {
  std::string name;
  Setting setting;
  std::function<void(World&, Told&)> prepare;
  std::function<void(World&, Told&)> act;  ///< may be stopped anywhere
};

void save(World& world, World::Application& application, Told& told, std::uint64_t age) {
  application.set_age(age);
  told.attempted = std::max(told.attempted, age);
  if (world.async) {
    (void)application.live->checkpoint_async()->wait();
  } else {
    application.live->checkpoint(Save::last);
  }
  told.acknowledged = age;
  told.restoring = false;
}

void start(World& world, World::Application& application, Told& told) {
  told.attempted = std::max(told.attempted, application.age());
  world.create(application);
  told.acknowledged = application.age();
}

void resume(World& world, World::Application& application, Told& told) {
  told.restoring = true;
  world.restore(application);
  EXPECT_GE(application.age(), told.acknowledged);
  told.acknowledged = application.age();
}

/// A generation that is written and durable, but whose request the counter never got.
void leave_pending(World& world, Told& told) {
  World::Application application(1, world.size);
  start(world, application, told);
  world.counter->script({Fate::lost, Fate::lost, Fate::lost});
  try {
    save(world, application, told, 2);
    FAIL() << "the save was confirmed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::unconfirmed);
    told.acknowledged = 2;  // durable, so that a restore must take it up
  }
}

/// The same, after a save that the counter got, although the instance never heard of it.
void leave_pending_beside_a_commit(World& world, Told& told) {
  World::Application application(1, world.size);
  start(world, application, told);
  world.counter->answer_reads(false);
  world.counter->script({Fate::answer_lost, Fate::lost, Fate::lost});
  for (const std::uint64_t age : {2U, 3U}) {
    try {
      save(world, application, told, age);
      FAIL() << "the save was confirmed";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::unconfirmed);
      told.acknowledged = age;
    }
  }
  world.counter->answer_reads(true);
}

std::vector<Scenario> scenarios() {
  const auto nothing = [](World&, Told&) {};
  const auto create = [](World& world, Told& told) {
    World::Application application(1, world.size);
    start(world, application, told);
    save(world, application, told, 2);
  };
  const auto checkpoints = [](World& world, Told& told) {
    World::Application application(0);
    resume(world, application, told);
    for (const std::uint64_t age : {4U, 5U, 6U}) save(world, application, told, age);
  };
  const auto hand_over = [](World& world, Told& told) {
    World::Application application(0);
    resume(world, application, told);
    if (world.policy == Policy::single_use) save(world, application, told, 3);
    application.live.reset();
    resume(world, application, told);
  };
  const auto start_over = [](World& world, Told& told) {
    World::Application application(10, world.size);
    told.attempted = 10;
    world.create(application, true);
    told.acknowledged = 10;
    save(world, application, told, 11);
  };
  const Setting settings[] = {
      {"appending"},
      {"compacting", always},
      {"increments", never, Policy::hand_over, {}, true, Encrypted::no, World::paged},
      {"increments_compacting", always, Policy::hand_over, {}, true, Encrypted::no, World::paged},
      {.name = "async", .size = World::paged, .async = true},
      {.name = "async_compacting", .compaction_limit = always, .size = World::paged, .async = true},
      {.name = "async_alternate",
       .publishing = Publishing::alternate,
       .locks = false,
       .encrypted = Encrypted::new_files_open,
       .async = true},
      {.name = "keeping", .compaction_limit = always, .size = World::paged, .keep = 2},
      {.name = "keeping_alternate",
       .publishing = Publishing::alternate,
       .locks = false,
       .encrypted = Encrypted::new_files_open,
       .keep = 1},
      {"single_use", never, Policy::single_use},
      {"single_use_compacting", always, Policy::single_use},
      {"without_locks", never, Policy::hand_over, {}, false},
      {"without_locks_compacting", always, Policy::hand_over, {}, false},
      {"alternate", never, Policy::hand_over, Publishing::alternate},
      {"alternate_encrypted", never, Policy::hand_over, Publishing::alternate, false,
       Encrypted::new_files_open},
      {"alternate_encrypted_single_use", never, Policy::single_use, Publishing::alternate, false,
       Encrypted::new_files_open},
      {"alternate_encrypted_lost", never, Policy::hand_over, Publishing::alternate, false,
       Encrypted::new_files_lost},
  };
  std::vector<Scenario> all;
  for (const Setting& setting : settings) {
    all.push_back({"create_" + setting.name, setting, nothing, create});
    all.push_back({"checkpoint_" + setting.name, setting, create, checkpoints});
    all.push_back({"hand_over_" + setting.name, setting, create, hand_over});
    all.push_back({"roll_forward_" + setting.name, setting, leave_pending, checkpoints});
    all.push_back(
        {"late_answer_" + setting.name, setting, leave_pending_beside_a_commit, checkpoints});
    all.push_back({"start_over_" + setting.name, setting, create, start_over});
  }
  return all;
}

/// What must hold for whoever comes back after a crash.
void verify(World& world, const Told& told) {
  World::Application application(0);
  try {
    world.restore(application);
    EXPECT_GE(application.age(), told.acknowledged) << "what was acknowledged is lost";
    EXPECT_LE(application.age(), std::max(told.attempted, told.acknowledged));
    EXPECT_TRUE(application.is_whole()) << "a torn state";
  } catch (const Error& error) {
    if (world.policy == Policy::single_use && told.restoring) {
      EXPECT_EQ(error.code(), Code::used_up) << error.what();
      return;
    }
    EXPECT_EQ(told.acknowledged, 0U) << "not restored: " << error.what();
    // Where FILE is not renamed into place, a stopped start may leave it empty or torn, or so that
    // it does not open.
    EXPECT_TRUE(
        error.code() == Code::no_checkpoint ||
        (error.code() == Code::damaged && world.keeps_own_names()) ||
        (error.code() == Code::failed && world.files.type(World::file) == io::FileType::unknown))
        << error.what();
    World::Application fresh(1);
    world.create(fresh);
    return;
  }
  // And it goes on from there.
  const std::uint64_t age = application.age() + 1;
  application.set_age(age);
  application.live->checkpoint(Save::periodic);
  application.live.reset();
  EXPECT_EQ(world.restored_age(), age);
}

/// Runs the scenario in a fresh world until it stops at call `n`. False if it came to its end
/// before.
bool run_until(World& world, const Scenario& scenario, Told& told, std::uint64_t n, Stop where,
               std::deque<Fate> fates) {
  scenario.setting.apply(world);
  scenario.prepare(world, told);
  world.async = scenario.setting.async;
  world.files.kill();
  world.counter->script(std::move(fates));
  world.files.stop_at(n, where);
  try {
    scenario.act(world, told);
  } catch (const io::Crash&) {
    return true;
  } catch (const Error& error) {
    // With a counter that does not answer a start or a save may be refused; then the process ends.
    EXPECT_TRUE(error.code() == Code::unconfirmed || error.code() == Code::counter_unavailable)
        << error.what();
  }
  return world.files.crashed();
}

void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

class CrashTest : public testing::TestWithParam<Scenario> {};

/// Stops at every call and hands each outcome of `hows` to verify.
void crash_everywhere(const Scenario& scenario, const Hows& hows, const std::deque<Fate>& fates,
                      bool deliver) {
  for (const Stop where : {Stop::before, Stop::midway}) {
    bool stopped = true;
    for (std::uint64_t n = 1; stopped; ++n) {
      World world(n);
      Told told;
      stopped = run_until(world, scenario, told, n, where, fates);
      const io::SimulatedDisk disk = world.files.snapshot();
      const ScriptedCounter counter = *world.counter;
      for (const auto& [how, seed] : hows) {
        SCOPED_TRACE(testing::Message()
                     << scenario.name << ": stopped at call " << n
                     << (where == Stop::before ? "" : ", midway") << ", unsynced "
                     << static_cast<int>(how) << ", seed " << seed);
        world.files.put_back(disk);
        *world.counter = counter;
        world.counter->script({});
        world.files.restart(how, seed);
        if (deliver) world.counter->deliver();
        verify(world, told);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

const Hows pure = sanitized
                      ? Hows{{Unsynced::trashed, 1}}
                      : Hows{{Unsynced::kept, 0}, {Unsynced::dropped, 0}, {Unsynced::trashed, 1}};

TEST_P(CrashTest, EveryCallKeptDroppedTrashed) { crash_everywhere(GetParam(), pure, {}, false); }

TEST_P(CrashTest, EveryCallWithMixes) {
  const std::uint64_t most = mixes_per_call();
  Hows mixes;
  for (std::uint64_t seed = 1; seed <= most; ++seed) {
    mixes.emplace_back(Unsynced::mixed, seed);
  }
  crash_everywhere(GetParam(), mixes, {}, false);
}

TEST_P(CrashTest, EveryCallWithRequestsLostOrLate) {
  using enum ScriptedCounter::Fate;
  std::vector<std::deque<Fate>> scripts = {
      {applied, late, late, late},          {late, late, late, late, late, late},
      {lost, lost, lost, lost, lost, lost}, {answer_lost, answer_lost, answer_lost},
      {applied, lost, lost, lost},          {applied, applied, late, late, late},
  };
  if (sanitized) scripts.resize(2);
  for (const auto& script : scripts) {
    crash_everywhere(GetParam(), pure, script, true);
    if (HasFailure()) return;
  }
}

/// Kills the process at every call and hands what is left to `look`.
void kill_everywhere(const Scenario& scenario, const std::function<void(World&, Told&)>& look) {
  bool stopped = true;
  for (std::uint64_t n = 1; stopped; ++n) {
    SCOPED_TRACE(testing::Message() << scenario.name << ": killed at call " << n);
    World world(n);
    Told told;
    stopped = run_until(world, scenario, told, n, Stop::midway, {});
    world.files.kill();
    look(world, told);
    if (testing::Test::HasFailure()) return;
  }
}

TEST_P(CrashTest, KilledEverywhereOnARunningMachine) { kill_everywhere(GetParam(), verify); }

TEST_P(CrashTest, KilledThenTakenOverThenThePowerIsCut) {
  kill_everywhere(GetParam(), [](World& world, Told& told) {
    World::Application application(0);
    try {
      resume(world, application, told);
    } catch (const Error&) {
      return;  // whether it may be refused is what the test above looks at
    }
    world.files.restart(Unsynced::dropped);
    verify(world, told);
  });
}

INSTANTIATE_TEST_SUITE_P(Session, CrashTest, testing::ValuesIn(scenarios()),
                         [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace tidemark::session
