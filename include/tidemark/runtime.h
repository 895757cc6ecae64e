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
/// The first signal requests the stop. A second one has its default action, which usually ends the
/// process: that is safe at any moment, also in the middle of a save. The destructor restores the
/// default handling of what was blocked.
class StopSignals {
 public:
  /// Throws Error (`failed`) where the operating system refuses.
  StopSignals(std::initializer_list<int> signals);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Whether one of the signals came. Safe to call from any thread.
  [[nodiscard]] bool requested() const noexcept;

  /// For std::jthread, std::condition_variable_any and the like.
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
  explicit Every(std::chrono::steady_clock::duration period);

  /// Whether a period has passed since the last time that this was true, or since the start.
  [[nodiscard]] explicit operator bool() noexcept;

 private:
  std::chrono::steady_clock::duration period_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace tidemark
