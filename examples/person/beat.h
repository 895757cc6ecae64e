#pragma once

#include <chrono>
#include <stop_token>

/// Something that happens every `period`. It does not drift, and a beat that was missed is not made
/// up for.
class Beat {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Beat(Clock::duration period) : period_(period), next_(Clock::now() + period) {}

  /// Waits for the next beat. False, and at once, when a stop is requested.
  [[nodiscard]] bool wait(const std::stop_token& stop);

 private:
  Clock::duration period_;
  Clock::time_point next_;
};
