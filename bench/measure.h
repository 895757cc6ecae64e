#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace bench {

using Seconds = std::chrono::duration<double>;

/// Something to measure: `once` is timed.
struct Contender {
  std::string name;
  std::function<void()> once;
};

struct Result {
  std::string name;
  Seconds median{};
  Seconds lower_quartile{};
  Seconds upper_quartile{};
};

/// Runs the contenders in turn, `rounds` times, so that whatever else the machine does falls on all
/// of them alike; the first tenth of the rounds only warms up.
[[nodiscard]] std::vector<Result> measure(const std::vector<Contender>& contenders, int rounds);

/// Prints a table, with the ratio of each median to the first's.
void print(const std::string& title, const std::vector<Result>& results);

}  // namespace bench
