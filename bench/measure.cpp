#include "measure.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <stdexcept>

namespace bench {
namespace {

Seconds quantile(const std::vector<Seconds>& sorted, double part) {
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

Seconds time_of(const Contender& contender) {
  if (contender.before) contender.before();
  const auto start = Clock::now();
  contender.once();
  const Seconds time = Clock::now() - start;
  if (contender.after) contender.after();
  return time;
}

void show(int round, int rounds, const std::string& name) {
  if (::isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\r\033[Kround %d of %d: %s", round + 1, rounds, name.c_str());
}

void end_of_show() {
  if (::isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\r\033[K");
}

const Result& result_of(const std::vector<Result>& results, std::string_view name) {
  const auto found = std::ranges::find(results, name, &Result::name);
  if (found == results.end()) throw std::logic_error("nothing measured: " + std::string(name));
  return *found;
}

}  // namespace

int warming(int rounds) { return std::max(1, rounds / 10); }

std::vector<Result> measure(const std::vector<Contender>& contenders, int rounds) {
  const bool each_is_long = rounds < 100;
  std::vector<std::vector<Seconds>> times(contenders.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      if (each_is_long) show(round, rounds, contenders[i].name);
      const Seconds time = time_of(contenders[i]);
      if (round >= warming(rounds)) times[i].push_back(time);
    }
  }
  end_of_show();
  std::vector<Result> results;
  results.reserve(contenders.size());
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    results.push_back(summary(contenders[i].name, std::move(times[i])));
  }
  return results;
}

Result summary(std::string name, std::vector<Seconds> times) {
  auto sorted = times;
  std::ranges::sort(sorted);
  return {std::move(name), quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75),
          std::move(times)};
}

Seconds median_of(const std::vector<Result>& results, std::string_view name) {
  return result_of(results, name).median;
}

Seconds median_of_differences(const std::vector<Result>& results, std::string_view name,
                              std::string_view other) {
  std::vector<Seconds> differences = result_of(results, name).times;
  std::ranges::transform(differences, result_of(results, other).times, differences.begin(),
                         std::minus{});
  return summary("", std::move(differences)).median;
}

}  // namespace bench
