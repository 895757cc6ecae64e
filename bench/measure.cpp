#include "measure.h"

#include <algorithm>
#include <cstdio>

namespace bench {
namespace {

Seconds quantile(std::vector<Seconds>& sorted, double part) {
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

double microseconds(Seconds time) { return time.count() * 1e6; }

}  // namespace

std::vector<Result> measure(const std::vector<Contender>& contenders, int rounds) {
  std::vector<std::vector<Seconds>> times(contenders.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      const auto start = std::chrono::steady_clock::now();
      contenders[i].once();
      const Seconds time = std::chrono::steady_clock::now() - start;
      if (round >= rounds / 10) times[i].push_back(time);
    }
  }
  std::vector<Result> results;
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    std::ranges::sort(times[i]);
    results.push_back({contenders[i].name, quantile(times[i], 0.5), quantile(times[i], 0.25),
                       quantile(times[i], 0.75)});
  }
  return results;
}

void print(const std::string& title, const std::vector<Result>& results) {
  std::printf("%s\n  %-52s %12s %23s %7s\n", title.c_str(), "", "median", "middle half", "ratio");
  for (const Result& result : results) {
    std::printf("  %-52s %9.1f us %9.1f to %7.1f us %7.2f\n", result.name.c_str(),
                microseconds(result.median), microseconds(result.lower_quartile),
                microseconds(result.upper_quartile), result.median / results.front().median);
  }
}

}  // namespace bench
