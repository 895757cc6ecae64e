#pragma once

#include <chrono>
#include <thread>

#include "counter/server_failure.h"

namespace tidemark::counter {

using Deadline = std::chrono::steady_clock::time_point;

/// Whether a request may be carried out twice.
enum class Repeatable { no, yes };

/// Asks once more for what failed, after growing pauses, a bounded number of times: where it was
/// not carried out, or where that is unknown and does not matter.
template <class Attempt>
auto with_retries(Deadline deadline, Repeatable repeatable, Attempt attempt) {
  using Clock = std::chrono::steady_clock;
  using Outcome = ServerFailure::Outcome;
  constexpr int most_attempts = 7;
  Clock::duration pause = std::chrono::milliseconds(50);  // doubled each time: 3.15 s in all
  for (int number = 1;; ++number) {
    try {
      return attempt();
    } catch (const ServerFailure& failure) {
      const bool again = failure.outcome() == Outcome::passing ||
                         (failure.outcome() == Outcome::unknown && repeatable == Repeatable::yes);
      if (number == most_attempts || !again || Clock::now() + pause >= deadline) throw;
    }
    std::this_thread::sleep_for(pause);
    pause *= 2;
  }
}

}  // namespace tidemark::counter
