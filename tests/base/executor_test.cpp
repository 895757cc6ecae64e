#include "base/executor.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <tidemark/error.h>

#include <array>
#include <atomic>
#include <barrier>
#include <csignal>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tidemark {
namespace {

/// Counts the calls of each piece.
std::vector<int> calls(Executor& executor, std::size_t count) {
  std::vector<std::atomic<int>> seen(count);
  executor.for_each(count, [&](std::size_t piece) { ++seen.at(piece); });
  return {seen.begin(), seen.end()};
}

TEST(InlineExecutor, WorksInOrderInTheCallersThread) {
  InlineExecutor executor;
  const auto caller = std::this_thread::get_id();
  std::vector<std::size_t> order;
  executor.for_each(5, [&](std::size_t piece) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    order.push_back(piece);
  });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(executor.width(), 1U);
}

TEST(InlineExecutor, LeavesOutWhatFollowsAFailure) {
  InlineExecutor executor;
  int begun = 0;
  EXPECT_THROW(executor.for_each(5,
                                 [&](std::size_t piece) {
                                   ++begun;
                                   if (piece == 2) throw Error(Code::failed, "no", "try again");
                                 }),
               Error);
  EXPECT_EQ(begun, 3);
}

TEST(ThreadPool, CallsEveryPieceOnceInManyRounds) {
  for (const std::size_t threads : {0U, 1U, 2U, 3U, 8U}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.width(), threads == 0 ? 1 : threads);
    for (std::size_t count = 0; count < 100; ++count) {
      EXPECT_EQ(calls(pool, count), std::vector<int>(count, 1));
    }
  }
}

TEST(ThreadPool, MayBeMadeAndNeverUsed) {
  for (int i = 0; i < 100; ++i) const ThreadPool pool(4);
}

TEST(ThreadPool, RunsAsManyPiecesAtOnceAsItIsWide) {
  ThreadPool pool(3);
  std::barrier all_there(3);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  pool.for_each(3, [&](std::size_t) {
    all_there.arrive_and_wait();  // returns only where three pieces run at once
    const std::lock_guard guard(mutex);
    threads.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(threads.size(), 3U);
  EXPECT_TRUE(threads.contains(std::this_thread::get_id()));
}

TEST(ThreadPool, ThrowsAFailureAgainAndGoesOn) {
  ThreadPool pool(3);
  for (std::size_t failing = 0; failing < 50; ++failing) {
    std::atomic<bool> passed_on = false;
    try {
      pool.for_each(50, [&](std::size_t piece) {
        if (piece == failing) throw Error(Code::damaged, std::to_string(piece), "");
      });
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), std::to_string(failing));
      passed_on = true;
    }
    EXPECT_TRUE(passed_on);
    EXPECT_EQ(calls(pool, 10), std::vector<int>(10, 1));
  }
}

TEST(ThreadPool, ThrowsOneOfManyFailures) {
  ThreadPool pool(4);
  for (int round = 0; round < 50; ++round) {
    EXPECT_THROW(pool.for_each(20, [](std::size_t) { throw std::runtime_error("each"); }),
                 std::runtime_error);
  }
}

TEST(ThreadPool, LeavesOutWhatWasNotBegunBeforeAFailure) {
  ThreadPool pool(2);
  std::atomic<std::size_t> begun = 0;
  EXPECT_THROW(pool.for_each(1'000'000,
                             [&](std::size_t) {
                               ++begun;
                               throw std::runtime_error("at once");
                             }),
               std::runtime_error);
  EXPECT_LE(begun, pool.width());
}

TEST(ThreadPool, WaitsForTheOthersAfterAFailure) {
  ThreadPool pool(2);
  std::barrier both_begun(2);
  std::atomic<bool> other_done = false;
  EXPECT_THROW(pool.for_each(2,
                             [&](std::size_t piece) {
                               both_begun.arrive_and_wait();
                               if (piece == 0) throw std::runtime_error("at once");
                               std::this_thread::yield();
                               other_done = true;
                             }),
               std::runtime_error);
  EXPECT_TRUE(other_done);
}

TEST(ThreadPool, RefusesToBeNested) {
  ThreadPool pool(2);
  EXPECT_THROW(pool.for_each(1, [&](std::size_t) { pool.for_each(1, [](std::size_t) {}); }),
               std::logic_error);
  EXPECT_EQ(calls(pool, 5), std::vector<int>(5, 1));
}

TEST(ThreadPool, ItsThreadsGetNoSignals) {
  ThreadPool pool(2);
  const auto caller = std::this_thread::get_id();
  std::barrier both(2);
  pool.for_each(2, [&](std::size_t) {
    both.arrive_and_wait();
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    const int expected = std::this_thread::get_id() == caller ? 0 : 1;
    for (const int sent : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGALRM, SIGUSR1, SIGPIPE}) {
      EXPECT_EQ(sigismember(&mask, sent), expected) << sent;
    }
    for (const int caused : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
      EXPECT_EQ(sigismember(&mask, caused), 0) << caused;
    }
  });
}

TEST(ThreadPool, PoolsDoNotMeet) {
  std::array<ThreadPool, 2> pools{ThreadPool(2), ThreadPool(3)};
  std::atomic<int> sum = 0;
  const auto use = [&](ThreadPool& pool) {
    for (int round = 0; round < 100; ++round) pool.for_each(10, [&](std::size_t) { ++sum; });
  };
  std::jthread other([&] { use(pools[1]); });
  use(pools[0]);
  other.join();
  EXPECT_EQ(sum, 2000);
}

}  // namespace
}  // namespace tidemark
