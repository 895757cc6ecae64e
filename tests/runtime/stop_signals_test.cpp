#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <tidemark/error.h>
#include <tidemark/runtime.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

namespace tidemark::test {
namespace {

using namespace std::chrono_literals;

constexpr int success = 0;
constexpr int failure = 1;

/// Runs `body` in a process of its own, since signals end processes. An alarm ends one that hangs.
template <class Body>
pid_t in_child(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    int result = failure;
    try {
      result = body();
    } catch (...) {
      result = 99;
    }
    _exit(result);
  }
  return child;
}

/// The exit code of a child, or minus the signal that ended it.
int end_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/// For telling another process that one is ready.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_.data()), 0); }
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void tell() const { EXPECT_EQ(write(ends_[1], "x", 1), 1); }
  void await() const {
    char byte = 0;
    EXPECT_EQ(read(ends_[0], &byte, 1), 1);
  }

 private:
  std::array<int, 2> ends_{};
};

std::size_t threads() {
  std::size_t number = 0;
  for ([[maybe_unused]] const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    ++number;
  }
  return number;
}

/// Returns when no more threads are left than that. A thread stays listed for a moment after it was
/// joined, and a sanitizer adds one of its own with the first that is started.
void await_end_of_threads(std::size_t before) {
  while (threads() > before + 1) std::this_thread::yield();
}

bool blocked(int signal) {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return sigismember(&mask, signal) == 1;
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);
}

auto handler_of(int signal) {
  struct sigaction action{};
  sigaction(signal, nullptr, &action);
  return action.sa_handler;
}

/// Sends the signal again and again until it ends the process, as an impatient user does.
void insist(int signal) {
  while (true) {
    kill(getpid(), signal);
    std::this_thread::yield();
  }
}

TEST(StopSignals, EachSignalRequestsTheStop) {
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1, SIGQUIT}) {
    const Pipe ready;
    const pid_t child = in_child([&] {
      const StopSignals stop{SIGINT, SIGTERM, SIGUSR1, SIGQUIT};
      if (stop.requested()) return failure;
      ready.tell();
      stop.wait();
      return stop.requested() && stop.token().stop_requested() ? success : failure;
    });
    ready.await();
    kill(child, signal);  // from another process
    EXPECT_EQ(end_of(child), success) << signal;
  }
}

TEST(StopSignals, OtherSignalsAreNotTouched) {
  const Pipe ready;
  const pid_t child = in_child([&] {
    const StopSignals stop{SIGINT};
    if (blocked(SIGTERM)) return failure;
    ready.tell();
    stop.wait();
    return failure;
  });
  ready.await();
  kill(child, SIGTERM);
  EXPECT_EQ(end_of(child), -SIGTERM);
}

TEST(StopSignals, WakesEveryWaiterAndEveryUserOfTheToken) {
  EXPECT_EQ(end_of(in_child([] {
              const StopSignals stop{SIGTERM};
              std::atomic<int> woken = 0;
              std::vector<std::jthread> waiters;
              waiters.reserve(4);
              for (int i = 0; i < 3; ++i) {
                waiters.emplace_back([&] {
                  stop.wait();
                  ++woken;
                });
              }
              waiters.emplace_back([&] {
                std::mutex mutex;
                std::condition_variable_any never;
                std::unique_lock lock(mutex);
                never.wait(lock, stop.token(), [] { return false; });
                ++woken;
              });
              const std::stop_callback callback(stop.token(), [&] { ++woken; });
              kill(getpid(), SIGTERM);
              waiters.clear();
              stop.wait();  // again
              return woken == 5 ? success : failure;
            })),
            success);
}

TEST(StopSignals, ASecondSignalHasItsDefaultAction) {
  for (const int second : {SIGINT, SIGTERM}) {
    EXPECT_EQ(end_of(in_child([&] {
                const StopSignals stop{SIGINT, SIGTERM};
                kill(getpid(), SIGINT);
                stop.wait();
                insist(second);
                return failure;
              })),
              -second);
  }
}

TEST(StopSignals, ASecondSignalEndsAProcessThatHasAHandlerOfItsOwn) {
  EXPECT_EQ(end_of(in_child([] {
              handle(SIGINT, [](int) {});
              const StopSignals stop{SIGINT};
              kill(getpid(), SIGINT);
              stop.wait();
              insist(SIGINT);
              return failure;
            })),
            -SIGINT);
}

TEST(StopSignals, SignalsAtOnceAreOneRequest) {
  EXPECT_EQ(end_of(in_child([] {
              sigset_t set;
              sigemptyset(&set);
              for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&set, signal);
              pthread_sigmask(SIG_BLOCK, &set, nullptr);
              for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) kill(getpid(), signal);
              const StopSignals stop{SIGINT, SIGTERM, SIGUSR1};
              stop.wait();
              // Long enough for those that were pending to do harm, if they could.
              std::this_thread::sleep_for(200ms);
              return success;
            })),
            success);
}

TEST(StopSignals, SignalsRightAfterTheFirstBelongToIt) {
  EXPECT_EQ(end_of(in_child([] {
              const StopSignals stop{SIGINT, SIGTERM};
              const std::stop_callback callback(stop.token(), [] {
                kill(getpid(), SIGTERM);  // what timeout(1) does
                kill(getpid(), SIGINT);
              });
              kill(getpid(), SIGTERM);
              stop.wait();
              std::this_thread::sleep_for(200ms);
              return success;
            })),
            success);
}

TEST(StopSignals, ASignalThatIsPendingAtTheStartCounts) {
  EXPECT_EQ(end_of(in_child([] {
              sigset_t set;
              sigemptyset(&set);
              sigaddset(&set, SIGTERM);
              pthread_sigmask(SIG_BLOCK, &set, nullptr);
              kill(getpid(), SIGTERM);
              const StopSignals stop{SIGTERM};
              stop.wait();
              return success;
            })),
            success);
}

TEST(StopSignals, EndsAtOnceWithoutASignalAndLeavesNothingBehind) {
  EXPECT_EQ(end_of(in_child([] {
              const std::size_t before = threads();
              const auto handler = [](int) {};
              handle(SIGTERM, handler);
              const auto start = std::chrono::steady_clock::now();
              for (int i = 0; i < 200; ++i) {
                const StopSignals stop{SIGINT, SIGTERM};
                if (!blocked(SIGINT) || !blocked(SIGTERM)) return 2;
              }
              if (std::chrono::steady_clock::now() - start > 10s) return 3;
              if (blocked(SIGINT) || blocked(SIGTERM)) return 4;
              if (handler_of(SIGTERM) != static_cast<void (*)(int)>(handler)) return 5;
              await_end_of_threads(before);
              return success;
            })),
            success);
}

TEST(StopSignals, EndsAtOnceAfterASignalAndLeavesNothingBehind) {
  EXPECT_EQ(end_of(in_child([] {
              const std::size_t before = threads();
              for (int i = 0; i < 50; ++i) {
                const StopSignals stop{SIGINT};
                const std::stop_callback again(stop.token(), [] { kill(getpid(), SIGINT); });
                kill(getpid(), SIGINT);
                stop.wait();
              }
              await_end_of_threads(before);
              return blocked(SIGINT) ? failure : success;
            })),
            success);
}

TEST(StopSignals, RestoresAMaskThatBlockedThemAlready) {
  EXPECT_EQ(end_of(in_child([] {
              sigset_t set;
              sigemptyset(&set);
              sigaddset(&set, SIGINT);
              sigaddset(&set, SIGUSR2);
              pthread_sigmask(SIG_BLOCK, &set, nullptr);
              {
                const StopSignals stop{SIGINT, SIGTERM};
              }
              return blocked(SIGINT) && blocked(SIGUSR2) && !blocked(SIGTERM) ? success : failure;
            })),
            success);
}

std::atomic<int> handled = 0;

TEST(StopSignals, NoSignalIsLostWhileItEnds) {
  EXPECT_EQ(end_of(in_child([] {
              handle(SIGUSR1, [](int) { ++handled; });
              for (int i = 0; i < 2000; ++i) {
                handled = 0;
                std::atomic<bool> go = false;
                std::stop_token token;
                std::jthread sender;
                {
                  const StopSignals stop{SIGUSR1, SIGUSR2};
                  token = stop.token();
                  sender = std::jthread([&go] {
                    go.wait(false);
                    kill(getpid(), SIGUSR1);
                  });
                  go = true;
                  go.notify_one();
                  for (int pause = 0; pause < i * 10; ++pause) static_cast<void>(go.load());
                }
                sender.join();
                // Either a request or for the handler that was there before.
                while (!token.stop_requested() && handled == 0) {
                }
                if (token.stop_requested() && handled != 0) return failure;
              }
              return success;
            })),
            success);
}

TEST(StopSignals, LeavesHangUpAloneWhereItIsIgnored) {
  const Pipe ready;
  const pid_t child = in_child([&] {
    handle(SIGHUP, SIG_IGN);
    const StopSignals stop{SIGHUP, SIGTERM};
    kill(getpid(), SIGHUP);
    if (blocked(SIGHUP) || handler_of(SIGHUP) != SIG_IGN) return 2;
    if (stop.requested()) return 3;
    ready.tell();
    stop.wait();
    return success;
  });
  ready.await();
  kill(child, SIGTERM);
  EXPECT_EQ(end_of(child), success);
}

TEST(StopSignals, HasNothingToDoWhereAllIsLeftAlone) {
  EXPECT_EQ(end_of(in_child([] {
              handle(SIGHUP, SIG_IGN);
              const std::size_t before = threads();
              const StopSignals stop{SIGHUP};
              return threads() == before ? success : failure;
            })),
            success);
}

TEST(StopSignals, WaitsForAnInterruptThatAShellHadIgnored) {
  EXPECT_EQ(end_of(in_child([] {
              handle(SIGINT, SIG_IGN);
              {
                const StopSignals stop{SIGINT};
                kill(getpid(), SIGINT);
                stop.wait();
              }
              return handler_of(SIGINT) == SIG_IGN ? success : failure;
            })),
            success);
}

TEST(StopSignals, RefusesSignalsThatNobodyCanWaitFor) {
  const auto code_of = [](std::initializer_list<int> signals) {
    try {
      const StopSignals stop(signals);
    } catch (const Error& error) {
      return error.code();
    }
    return Code::ok;
  };
  EXPECT_EQ(code_of({}), Code::usage);
  EXPECT_EQ(code_of({SIGINT, SIGKILL}), Code::usage);
  EXPECT_EQ(code_of({SIGSTOP}), Code::usage);
  EXPECT_EQ(code_of({0}), Code::usage);
  EXPECT_EQ(code_of({-1}), Code::usage);
  EXPECT_EQ(code_of({1000}), Code::usage);
  EXPECT_EQ(code_of({SIGINT, SIGINT}), Code::ok);
  EXPECT_FALSE(blocked(SIGINT));
}

}  // namespace
}  // namespace tidemark::test
