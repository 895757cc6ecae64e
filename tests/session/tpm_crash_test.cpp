// The start of a lineage whose counter is a TPM, stopped at every call to the file system: no index
// is left that nobody can move.

#include <gtest/gtest.h>

#include "tests/counter/tpm_manager.h"
#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using counter::SoftwareTpm;
using counter::TpmManager;
using io::Unsynced;
using Stop = io::SimulatedFileSystem::Stop;

struct Case {
  std::optional<Publishing> publishing{};
  bool locks = true;
  Unsynced unsynced = Unsynced::kept;
};

/// Each life has an index of its own, since an index stays when a test ends.
class TpmStart : public testing::Test {
 protected:
  [[nodiscard]] Options options(const World& world, int life) const {
    Options options = world.options();
    options.counter =
        open_counter(host_.uri("?nv=" + std::string("0x18") + std::to_string(10000 + life)));
    return options;
  }

  SoftwareTpm chip_;
  TpmManager host_{chip_};
};

TEST_F(TpmStart, GoesOnWhereverItWasStopped) {
  int life = 0;
  int stopped = 0;
  for (const Case& setting :
       {Case{}, Case{.unsynced = Unsynced::dropped},
        Case{.locks = false, .unsynced = Unsynced::dropped},
        Case{.publishing = Publishing::alternate, .unsynced = Unsynced::trashed}}) {
    for (std::uint64_t call = 1;; ++call) {
      World world(static_cast<std::uint64_t>(++life));
      world.publishing = setting.publishing;
      world.locks = setting.locks;
      world.files.refuse_locks(!setting.locks);
      world.files.stop_at(call);
      bool ended = false;
      try {
        World::Application application(5);
        application.live =
            create(world.environment(), options(world, life), application.state.registry());
        ended = true;
      } catch (const io::Crash&) {
        ++stopped;
      }
      if (ended) break;
      world.files.restart(setting.unsynced, 1);
      World::Application again(6);
      again.live = open(world.environment(), options(world, life), again.state.registry());
      EXPECT_TRUE(again.age() == 5 || again.age() == 6) << again.age();
      again.set_age(7);
      EXPECT_LE(again.live->checkpoint(Save::last).value, 3U) << call;
      again.live.reset();
      World::Application last(0);
      last.live = restore(world.environment(), options(world, life), last.state.registry());
      EXPECT_EQ(last.age(), 7U);
    }
  }
  EXPECT_GT(stopped, 40);
}

}  // namespace
}  // namespace tidemark::session
