#include "pause.h"

#include <deque>
#include <optional>

#include "floor.h"
#include "lineages.h"

namespace bench {
namespace {

constexpr const char* floor_name = "encrypting the same bytes, bare";

/// Checkpoints of one lineage in the background.
class InBackground {
 public:
  InBackground(const std::filesystem::path& folder, const std::string& name, const Extent& extent,
               std::uint32_t most_increments)
      : saved_(options_of(folder, name, extent, most_increments), extent.mebibytes) {}

  void begin() {
    start_ = Clock::now();
    saving_ = saved_.session().checkpoint_async();
  }

  void end() {
    (void)saving_->wait();
    committed_.emplace_back(Clock::now() - start_);
  }

  [[nodiscard]] Numbers& numbers() { return saved_.numbers(); }

  /// How long it took until each was committed, but for those that warmed up.
  [[nodiscard]] std::vector<Seconds> committed(int rounds) const {
    return {committed_.begin() + warming(rounds), committed_.end()};
  }

 private:
  static tidemark::Options options_of(const std::filesystem::path& folder, const std::string& name,
                                      const Extent& extent, std::uint32_t most_increments) {
    tidemark::Options options = options_for(folder, name);
    options.most_captured = 2 * extent.bytes();
    options.most_increments = most_increments;
    return options;
  }

  SavedNumbers saved_;
  Clock::time_point start_{};
  std::optional<tidemark::Saving> saving_{};
  std::vector<Seconds> committed_{};
};

void change_all(Numbers& numbers) {
  for (double& number : numbers) ++number;
}

/// Of the small pages.
void change_one_percent(Numbers& numbers) {
  constexpr std::size_t step = std::size_t{100} * 4096 / sizeof(double);
  for (std::size_t i = 0; i < numbers.size(); i += step) ++numbers[i];
}

}  // namespace

Need need_of_pause(const Extent& extent) {
  return {.what = "pause",
          .state = extent.bytes(),
          .memory = 7 * extent.bytes(),
          .disk = 6 * extent.bytes()};
}

void pause(const std::filesystem::path& folder, const Extent& extent, Report& report) {
  const std::string whole = "pause, most_increments = 0";
  const std::string all = "pause, everything changed";
  std::deque<InBackground> sessions;
  BareCipher cipher(extent.bytes());
  std::vector<Contender> contenders;
  const auto add = [&](const std::string& name, const std::string& file, std::uint32_t increments,
                       void (*change)(Numbers&)) {
    InBackground& session = sessions.emplace_back(folder, file, extent, increments);
    contenders.push_back({name, [&session] { session.begin(); },
                          [&session, &folder, change] {
                            change(session.numbers());
                            settle(folder);
                          },
                          [&session] { session.end(); }});
  };
  add(whole, "pause-whole", 0, change_all);
  add(all, "pause-all", 60, change_all);
  add("pause, 1 % of 4 KiB pages changed", "pause-some", 60, change_one_percent);
  contenders.insert(contenders.begin(),
                    {floor_name, [&] { cipher.encrypt(sessions.front().numbers()); }});
  auto results = measure(contenders, extent.rounds);
  const Seconds most = std::max(Seconds(0.060) * (static_cast<double>(extent.mebibytes) / 1024),
                                2 * median_of(results, floor_name));
  const Seconds whole_pause = median_of(results, whole);
  const Seconds all_pause = median_of(results, all);
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    results.push_back(summary("until committed, as in row " + std::to_string(i + 2),
                              sessions[i].committed(extent.rounds)));
  }
  report.table("pause",
               "In the background: " + std::to_string(extent.mebibytes) + " MiB of doubles, " +
                   std::to_string(extent.rounds) + " rounds",
               std::move(results));
  report.bound(whole, whole_pause.count() * 1e3, most.count() * 1e3, " ms");
  report.bound(all, all_pause.count() * 1e3, most.count() * 1e3, " ms");
}

}  // namespace bench
