#include "measure.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace bench {
namespace {

Seconds quantile(std::vector<Seconds>& sorted, double part) {
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

Seconds time_of(const Contender& contender) {
  if (contender.before) contender.before();
  const auto start = std::chrono::steady_clock::now();
  contender.once();
  const Seconds time = std::chrono::steady_clock::now() - start;
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

/// In the unit that suits the first one.
struct Unit {
  double per_second;
  const char* name;
};

Unit unit_for(Seconds time) { return time < Seconds(1e-2) ? Unit{1e6, "us"} : Unit{1e3, "ms"}; }

}  // namespace

std::vector<Result> measure(const std::vector<Contender>& contenders, int rounds) {
  const int warming = std::max(1, rounds / 10);
  const bool each_is_long = rounds < 100;
  std::vector<std::vector<Seconds>> times(contenders.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      if (each_is_long) show(round, rounds, contenders[i].name);
      const Seconds time = time_of(contenders[i]);
      if (round >= warming) times[i].push_back(time);
    }
  }
  end_of_show();
  std::vector<Result> results;
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    std::ranges::sort(times[i]);
    results.push_back({contenders[i].name, quantile(times[i], 0.5), quantile(times[i], 0.25),
                       quantile(times[i], 0.75)});
  }
  return results;
}

void print(const std::string& title, const std::vector<Result>& results) {
  const Unit unit = unit_for(results.front().median);
  const auto in_unit = [&](Seconds time) { return time.count() * unit.per_second; };
  std::printf("%s\n  %-52s %12s %23s %7s\n", title.c_str(), "", "median", "middle half", "ratio");
  for (const Result& result : results) {
    std::printf("  %-52s %9.1f %s %9.1f to %7.1f %s %7.2f\n", result.name.c_str(),
                in_unit(result.median), unit.name, in_unit(result.lower_quartile),
                in_unit(result.upper_quartile), unit.name, result.median / results.front().median);
  }
  std::fflush(stdout);
}

}  // namespace bench
