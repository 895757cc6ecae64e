#pragma once

#include <chrono>
#include <thread>

#include "counter/server_failure.h"

namespace tidemark::counter {

using Deadline = std::chrono::steady_clock::time_point;

/// Asks once more for what failed, after growing pauses, a bounded number of times; `retried` says
/// after which outcomes.
template <class Attempt, class Retried>
auto with_retries(Deadline deadline, Attempt attempt, Retried retried) {
  using Clock = std::chrono::steady_clock;
  constexpr int most_attempts = 7;
  Clock::duration pause = std::chrono::milliseconds(50);  // doubled each time: 3.15 s in all
  for (int number = 1;; ++number) {
    try {
      return attempt();
    } catch (const ServerFailure& failure) {
      if (number == most_attempts || !retried(failure.outcome()) ||
          Clock::now() + pause >= deadline) {
        throw;
      }
    }
    std::this_thread::sleep_for(pause);
    pause *= 2;
  }
}

}  // namespace tidemark::counter
