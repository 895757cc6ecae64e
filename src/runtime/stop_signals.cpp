#include <pthread.h>
#include <tidemark/error.h>
#include <tidemark/runtime.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace tidemark {
namespace {

using namespace std::chrono_literals;

/// Signals that follow the first one so closely belong to it.
constexpr auto burst = 100ms;

[[noreturn]] void unusable(int signal) {
  throw Error(Code::usage, "no program can wait for signal " + std::to_string(signal),
              "give signals such as SIGINT and SIGTERM");
}

[[noreturn]] void refused(int error) {
  throw Error(Code::failed, "cannot wait for signals: " + std::generic_category().message(error),
              "raise the limit of threads of this process");
}

sigset_t all_signals() {
  sigset_t set;
  sigfillset(&set);
  return set;
}

}  // namespace

class StopSignals::Waiter {
 public:
  explicit Waiter(std::initializer_list<int> signals);
  ~Waiter();
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  [[nodiscard]] bool requested() const noexcept { return stop_.stop_requested(); }
  [[nodiscard]] std::stop_token token() const noexcept { return stop_.get_token(); }

  void wait() const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return requested(); });
  }

 private:
  struct Handled {
    int signal;
    struct sigaction previous;
  };

  void handle(int signal);
  void run();
  bool wait_for_first();
  static bool take_pending(int signal);
  void drop_pending() const;
  [[nodiscard]] int wake_up() const { return handled_.front().signal; }
  void restore() const;

  std::vector<Handled> handled_;
  sigset_t set_{};  ///< of the same
  sigset_t previous_mask_{};
  std::stop_source stop_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool caught_ = false;  ///< guarded, as is what follows
  bool ending_ = false;
  int unused_ = 0;  ///< came while ending, so that nobody can ask for it any more
  std::thread thread_;
};

StopSignals::Waiter::Waiter(std::initializer_list<int> signals) {
  if (std::empty(signals)) {
    throw Error(Code::usage, "there are no signals to wait for", "give at least one");
  }
  // Everything, so that from its first moment on the background thread runs nobody's handlers.
  const sigset_t all = all_signals();
  pthread_sigmask(SIG_SETMASK, &all, &previous_mask_);
  try {
    sigemptyset(&set_);
    for (const int signal : signals) handle(signal);
    if (!handled_.empty()) thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    restore();
    refused(error.code().value());
  } catch (...) {
    restore();
    throw;
  }
  sigset_t mask = previous_mask_;
  for (const Handled& handled : handled_) sigaddset(&mask, handled.signal);
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
}

/// Takes a signal over. Its default action matters only later, when a second one is let through,
/// but what is ignored need not be kept for who waits for it.
void StopSignals::Waiter::handle(int signal) {
  struct sigaction previous{};
  if (signal == SIGKILL || signal == SIGSTOP || sigaction(signal, nullptr, &previous) != 0) {
    unusable(signal);
  }
  const bool repeated = sigismember(&set_, signal) == 1;
  if (repeated || (signal == SIGHUP && previous.sa_handler == SIG_IGN)) return;
  handled_.push_back({signal, previous});
  sigaddset(&set_, signal);
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  sigaction(signal, &standard, nullptr);
}

StopSignals::Waiter::~Waiter() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
      // In sigwaitinfo nothing else wakes the thread; afterwards the signal would be deadly.
      if (!caught_) pthread_kill(thread_.native_handle(), wake_up());
    }
    changed_.notify_all();
    thread_.join();
  }
  restore();
}

void StopSignals::Waiter::restore() const {
  for (const Handled& handled : handled_) sigaction(handled.signal, &handled.previous, nullptr);
  if (unused_ != 0) kill(getpid(), unused_);
  pthread_sigmask(SIG_SETMASK, &previous_mask_, nullptr);
}

void StopSignals::Waiter::run() {
  if (!wait_for_first()) return;
  stop_.request_stop();
  std::unique_lock lock(mutex_);
  changed_.notify_all();
  const bool ending = changed_.wait_for(lock, burst, [this] { return ending_; });
  drop_pending();
  if (ending) return;
  pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
  changed_.wait(lock, [this] { return ending_; });
}

/// False where the destructor ended the wait. Its signal looks like any other, but it is exactly
/// one: a second one of its number, or one of another number, came from elsewhere.
bool StopSignals::Waiter::wait_for_first() {
  int signal = -1;
  while (signal < 0) signal = sigwaitinfo(&set_, nullptr);  // EINTR alone can make it fail
  const std::lock_guard lock(mutex_);
  caught_ = !ending_;
  if (ending_ && (signal != wake_up() || take_pending(signal))) unused_ = signal;
  return caught_;
}

bool StopSignals::Waiter::take_pending(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  const timespec at_once{};
  return sigtimedwait(&set, nullptr, &at_once) == signal;
}

void StopSignals::Waiter::drop_pending() const {
  for (const Handled& handled : handled_) take_pending(handled.signal);
}

StopSignals::StopSignals(std::initializer_list<int> signals)
    : waiter_(std::make_unique<Waiter>(signals)) {}
StopSignals::~StopSignals() = default;
bool StopSignals::requested() const noexcept { return waiter_->requested(); }
std::stop_token StopSignals::token() const noexcept { return waiter_->token(); }
void StopSignals::wait() const { waiter_->wait(); }

}  // namespace tidemark
