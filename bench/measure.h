#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;
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
  std::vector<Seconds> times{};  ///< in the order in which they were taken
};

/// How many of `rounds` only warm up: the first tenth, and at least one.
[[nodiscard]] int warming(int rounds);

/// Runs the contenders in turn, `rounds` times, so that whatever else the machine does falls on all
/// of them alike; the first ones only warm up. On a terminal a line shows how far it is.
[[nodiscard]] std::vector<Result> measure(const std::vector<Contender>& contenders, int rounds);

/// Of times that were taken otherwise, at least one.
[[nodiscard]] Result summary(std::string name, std::vector<Seconds> times);

/// The median of the one of that name, which must be there.
[[nodiscard]] Seconds median_of(const std::vector<Result>& results, std::string_view name);

/// The median of how much longer `name` took than `other` in the same round: what slows both down
/// for a while cancels out.
[[nodiscard]] Seconds median_of_differences(const std::vector<Result>& results,
                                            std::string_view name, std::string_view other);

}  // namespace bench
