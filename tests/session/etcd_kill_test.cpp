// A program that saves every 10 ms through an etcd cluster of three, while one server after the
// other is killed and comes back. TIDEMARK_SECONDS: how long.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "saver.h"
#include "tests/counter/etcd_cluster.h"

namespace tidemark::session {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::chrono::seconds length() {
  const char* const seconds = std::getenv("TIDEMARK_SECONDS");
  return std::chrono::seconds(seconds == nullptr ? 8 : std::atoi(seconds));
}

/// What the program sees of its saves.
struct Report {
  std::uint64_t saves = 0;
  std::uint64_t unconfirmed = 0;  ///< asked for again by the next save
  Clock::duration longest{};
};

/// Saves until it is stopped, each time the next number, and checks that each save that succeeds is
/// a new generation.
Report save_on(Saver& saver, const std::atomic<bool>& stopped) {
  Report report;
  std::uint64_t last = 1;
  for (std::uint64_t age = 1; !stopped; ++age) {
    const auto begin = Clock::now();
    try {
      const std::uint64_t value = saver.save(age);
      EXPECT_GT(value, last);
      last = value;
      ++report.saves;
    } catch (const Error& error) {
      EXPECT_TRUE(error.code() == Code::unconfirmed || error.code() == Code::counter_unavailable)
          << error.what();
      ++report.unconfirmed;
    }
    report.longest = std::max(report.longest, Clock::now() - begin);
    std::this_thread::sleep_until(begin + 10ms);
  }
  return report;
}

TEST(EtcdKill, LosesNoSaveWhileOneServerAfterTheOtherIsKilled) {
  counter::EtcdCluster servers(3);
  const SavePlace place;
  Saver saver;
  saver.session = Session::create(place.options(servers.uri()), saver.state);
  std::atomic<bool> stopped = false;
  Report report;
  std::jthread program([&] { report = save_on(saver, stopped); });
  int kills = 0;
  for (const auto end = Clock::now() + length(); Clock::now() < end; ++kills) {
    const std::size_t node = static_cast<std::size_t>(kills) % servers.size();
    std::this_thread::sleep_for(500ms);
    servers.end(node, SIGKILL);
    std::this_thread::sleep_for(500ms);
    servers.start(node);
    servers.wait_until_ready();
  }
  stopped = true;
  program.join();
  const std::uint64_t age = saver.age();
  saver.save(age + 1, Save::last);
  const std::uint64_t final_value = open_counter(servers.uri())->read("lineage")->mark.value;
  saver.session.reset();
  Saver restored;
  restored.session = Session::restore(place.options(servers.uri()), restored.state);
  EXPECT_EQ(restored.age(), age + 1) << "exactly the last";
  // Each save that was confirmed took a value, and at most one more for each that was not.
  EXPECT_GE(final_value, report.saves + 2);
  EXPECT_LE(final_value, report.saves + 2 + report.unconfirmed);
  EXPECT_GT(report.saves, 50U);
  std::printf(
      "%d kills, %llu saves, %llu of them confirmed by the next one only, the longest %lld ms\n",
      kills, static_cast<unsigned long long>(report.saves + report.unconfirmed),
      static_cast<unsigned long long>(report.unconfirmed),
      static_cast<long long>(
          std::chrono::duration_cast<std::chrono::milliseconds>(report.longest).count()));
}

}  // namespace
}  // namespace tidemark::session
