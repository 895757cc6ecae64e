#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <stop_token>

namespace tidemark {

/// Turns signals into a request to stop. Make it first in `main`: it blocks the signals in the
/// calling thread, every thread started afterwards inherits that, and a background thread waits
/// for them; so none is lost and no code runs in a signal handler.
///
/// The first signal requests the stop. A later one has its default action, which usually ends the
/// process: that is safe at any moment, also in the middle of a save. But what comes within a tenth
/// of a second counts as the same request: timeout(1), shells and other programs that pass signals
/// on often send one twice.
///
/// Usual are SIGINT (Ctrl-C), SIGTERM (kill, a shutdown) and SIGHUP (the terminal is closed),
/// the last unless the program reads its settings again at it, as services do. SIGHUP is left alone
/// where it is ignored: that is how nohup(1) asks a program to outlive its terminal. Other signals
/// are waited for even if they were ignored, as a shell script does with SIGINT for what it runs in
/// the background: nothing sends them there but on purpose.
///
/// The destructor restores mask and handling of the signals as they were. It is to run in the
/// thread that made the object. Programs that are started in between (exec) inherit the blocked
/// signals.
class StopSignals {
 public:
  /// Throws Error: `usage` for signals that no program can wait for, `failed` where the operating
  /// system refuses.
  StopSignals(std::initializer_list<int> signals);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Whether one of the signals came. Safe to call from any thread.
  [[nodiscard]] bool requested() const noexcept;

  /// For std::jthread, std::condition_variable_any and the like. A std::stop_callback runs in the
  /// background thread, and until it returns a second signal does nothing.
  [[nodiscard]] std::stop_token token() const noexcept;

  /// Returns when one of the signals came. Any number of threads may wait.
  void wait() const;

 private:
  class Waiter;
  std::unique_ptr<Waiter> waiter_;
};

/// True once every `period`: `Every due{60s}; if (due) save();`. The first time after one period.
/// Periods that were missed are not made up for. For one thread.
class Every {
 public:
  /// Throws Error (`usage`) unless `period` is positive.
  explicit Every(std::chrono::steady_clock::duration period);

  /// Whether a period has passed since the last time that this was true, or since the start.
  [[nodiscard]] explicit operator bool() noexcept;

 private:
  std::chrono::steady_clock::duration period_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace tidemark
