#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace bench {

using Seconds = std::chrono::duration<double>;

/// Something to measure: `once` is timed, what is done before and after it is not.
struct Contender {
  std::string name;
  std::function<void()> once;
  std::function<void()> before{};
  std::function<void()> after{};
};

struct Result {
  std::string name;
  Seconds median{};
  Seconds lower_quartile{};
  Seconds upper_quartile{};
};

/// Runs the contenders in turn, `rounds` times, so that whatever else the machine does falls on all
/// of them alike; the first tenth of the rounds, and at least one, only warms up. On a terminal a
/// line shows how far it is.
[[nodiscard]] std::vector<Result> measure(const std::vector<Contender>& contenders, int rounds);

/// Prints a table, with the ratio of each median to the first's.
void print(const std::string& title, const std::vector<Result>& results);

}  // namespace bench
