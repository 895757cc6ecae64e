// Lineages that move to a counter that needs a secret, from one, and between two of them.

#include <gtest/gtest.h>

#include "tests/counter/tpm_manager.h"
#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using counter::SoftwareTpm;
using counter::TpmManager;
using io::Unsynced;

struct Setting {
  std::optional<Publishing> publishing{};
  bool locks = true;
  Unsynced unsynced = Unsynced::kept;
};

class TpmMove : public testing::Test {
 protected:
  /// Each test and each world takes fresh ones, since an index stays when a test ends.
  [[nodiscard]] std::string fresh_index() {
    return "?nv=0x18" + std::to_string(10000 + ++indexes_);
  }

  [[nodiscard]] std::shared_ptr<Counter> tpm(const std::string& index) const {
    return open_counter(host_.uri(index));
  }

  static Options options(const World& world, std::shared_ptr<Counter> counter,
                         std::shared_ptr<Counter> moved_from = nullptr) {
    Options options = world.options();
    options.counter = std::move(counter);
    options.moved_from = std::move(moved_from);
    return options;
  }

  /// The age that a restore comes back with; throws as it does. The instance is gone afterwards.
  static std::uint64_t restored_age(World& world, Options options) {
    World::Application application(0);
    application.live =
        restore(world.environment(), std::move(options), application.state.registry());
    return application.age();
  }

  static void create_and_save(World& world, std::shared_ptr<Counter> counter, std::uint64_t age) {
    World::Application application(1);
    application.live = create(world.environment(), options(world, std::move(counter)),
                              application.state.registry());
    application.set_age(age);
    (void)application.live->checkpoint(Save::last);
  }

  static void save_more(World& world, std::shared_ptr<Counter> counter, std::uint64_t age) {
    World::Application application(0);
    application.live = restore(world.environment(), options(world, std::move(counter)),
                               application.state.registry());
    for (std::uint64_t next = application.age() + 1; next <= age; ++next) {
      application.set_age(next);
      (void)application.live->checkpoint(Save::last);
    }
  }

  SoftwareTpm chip_;
  mutable TpmManager host_{chip_};
  int indexes_ = 0;
};

TEST_F(TpmMove, LeadsThere) {
  World world;
  const std::string index = fresh_index();
  create_and_save(world, world.counter, 5);
  const Buffer before = world.files.contents(World::file).value();
  EXPECT_EQ(restored_age(world, options(world, tpm(index), world.counter)), 5U);
  save_more(world, tpm(index), 9);
  EXPECT_EQ(restored_age(world, options(world, tpm(index))), 9U);
  EXPECT_EQ(restored_age(world, options(world, tpm(index), world.counter)), 9U) << "once more";
  EXPECT_EQ(code_of([&] { (void)world.restored_age(); }), Code::wrong_counter);
  world.files.put(World::file, before);
  EXPECT_EQ(code_of([&] { restored_age(world, options(world, tpm(index))); }), Code::wrong_counter)
      << "it has no secret";
  EXPECT_EQ(code_of([&] { (void)world.restored_age(); }), Code::stale);
}

TEST_F(TpmMove, LeadsAway) {
  World world;
  const std::string index = fresh_index();
  create_and_save(world, tpm(index), 5);
  EXPECT_EQ(restored_age(world, options(world, world.counter, tpm(index))), 5U);
  save_more(world, world.counter, 9);
  EXPECT_EQ(world.restored_age(), 9U);
  EXPECT_EQ(code_of([&] { restored_age(world, options(world, tpm(index))); }), Code::wrong_counter);
}

TEST_F(TpmMove, LeadsFromOneIndexToAnother) {
  World world;
  const std::string first = fresh_index();
  const std::string second = fresh_index();
  create_and_save(world, tpm(first), 5);
  EXPECT_EQ(restored_age(world, options(world, tpm(second), tpm(first))), 5U);
  save_more(world, tpm(second), 9);
  EXPECT_EQ(restored_age(world, options(world, tpm(second))), 9U);
  EXPECT_NE(code_of([&] { restored_age(world, options(world, tpm(first))); }), Code::ok);
}

TEST_F(TpmMove, LeadsToAnotherChip) {
  World world;
  const std::string index = fresh_index();
  SoftwareTpm other_chip;
  TpmManager other_host(other_chip);
  create_and_save(world, tpm(index), 5);
  const auto there = [&] { return open_counter(other_host.uri(index)); };
  EXPECT_EQ(restored_age(world, options(world, there(), tpm(index))), 5U);
  save_more(world, there(), 9);
  EXPECT_EQ(restored_age(world, options(world, there())), 9U);
  EXPECT_EQ(code_of([&] { restored_age(world, options(world, tpm(index))); }), Code::wrong_counter);
}

TEST_F(TpmMove, RefusesAnIndexThatAnotherLineageHas) {
  World world;
  World other(2);
  const std::string index = fresh_index();
  create_and_save(other, tpm(index), 1);
  create_and_save(world, world.counter, 5);
  EXPECT_EQ(code_of([&] { restored_age(world, options(world, tpm(index), world.counter)); }),
            Code::exists);
  EXPECT_EQ(world.restored_age(), 5U) << "where it was it goes on";
}

TEST_F(TpmMove, RefusesACounterThatTheFileWasNotWrittenWith) {
  World world;
  const std::string other = fresh_index();
  create_and_save(world, world.counter, 5);
  EXPECT_EQ(code_of([&] { restored_age(world, options(world, tpm(fresh_index()), tpm(other))); }),
            Code::wrong_counter);
  EXPECT_EQ(world.restored_age(), 5U);
}

/// By the same call. Not at every call to the file system, since a chip is slow: move_crash_test
/// does that, without a chip.
TEST_F(TpmMove, IsFinishedAfterItWasStopped) {
  int stopped = 0;
  for (const Setting& setting :
       {Setting{.unsynced = Unsynced::dropped},
        Setting{.publishing = Publishing::alternate, .unsynced = Unsynced::trashed}}) {
    bool ended = false;
    for (std::uint64_t call = 1; !ended; call += 7) {
      SCOPED_TRACE(testing::Message() << "stopped at call " << call);
      World world(call);
      world.publishing = setting.publishing;
      world.locks = setting.locks;
      world.files.refuse_locks(!setting.locks);
      create_and_save(world, world.counter, 5);
      const std::string index = fresh_index();
      world.files.stop_at(call);
      try {
        restored_age(world, options(world, tpm(index), world.counter));
        ended = true;
      } catch (const io::Crash&) {
        ++stopped;
      }
      world.files.restart(setting.unsynced, 1);
      EXPECT_EQ(restored_age(world, options(world, tpm(index), world.counter)), 5U);
      save_more(world, tpm(index), 7);
      EXPECT_EQ(restored_age(world, options(world, tpm(index))), 7U);
      EXPECT_NE(code_of([&] { (void)world.restored_age(); }), Code::ok)
          << "the old counter can be used";
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(stopped, 16);
}

}  // namespace
}  // namespace tidemark::session
