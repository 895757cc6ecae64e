#include "changes.h"

#include <algorithm>
#include <random>
#include <span>

#include "crypto/fingerprint.h"
#include "floor.h"
#include "lineages.h"
#include "small_lineage.h"
#include "state/changes.h"

namespace bench {
namespace {

using tidemark::state::leaf_size;

constexpr std::size_t numbers_in_leaf = leaf_size / sizeof(double);
constexpr int rounds_of_unchanged = 100;

constexpr const char* full = "full save, most_increments = 0";
constexpr const char* found = "1 % of 4 KiB pages at random, found";
constexpr const char* marked = "1 % of 4 KiB pages at random, marked";
constexpr const char* nothing = "nothing changed";
constexpr const char* hash_pass = "the pass that finds changes, alone";
constexpr const char* small = "a checkpoint of 128 bytes, all changed";

tidemark::Options options_of(const std::filesystem::path& folder, const std::string& name,
                             std::uint32_t most_increments) {
  tidemark::Options options = options_for(folder, name);
  options.most_increments = most_increments;
  return options;
}

/// Calls `change` with the first number of 1 % of the pages.
template <class Change>
void change_at_random(Numbers& numbers, std::mt19937_64& random, Change change) {
  std::uniform_int_distribution<std::size_t> leaf(0, numbers.size() / numbers_in_leaf - 1);
  for (std::size_t i = 0; i < numbers.size() / numbers_in_leaf / 100; ++i) {
    const std::size_t at = leaf(random) * numbers_in_leaf;
    ++numbers[at];
    change(at);
  }
}

/// Another 1 % each time.
void change_in_a_row(Numbers& numbers, std::mt19937_64& random) {
  const std::size_t length = numbers.size() / 100;
  std::uniform_int_distribution<std::size_t> first(0, numbers.size() - length);
  for (double& number : std::span(numbers).subspan(first(random), length)) ++number;
}

/// What finding changes cannot go below.
class HashPass {
 public:
  HashPass() : fingerprinter_(tidemark::crypto::Secret32{}), pool_(threads_of_a_session()) {}

  void run(const Numbers& numbers) {
    constexpr std::size_t at_once = 256;
    const auto bytes = std::as_bytes(std::span(numbers));
    fingerprints_.resize(bytes.size() / leaf_size);
    pool_.for_each(fingerprints_.size() / at_once, [&](std::size_t i) {
      fingerprinter_.of_pieces(bytes.subspan(i * at_once * leaf_size), leaf_size,
                               std::span(fingerprints_).subspan(i * at_once, at_once));
    });
  }

 private:
  tidemark::crypto::Fingerprinter fingerprinter_;
  tidemark::ThreadPool pool_;
  std::vector<tidemark::crypto::Fingerprint> fingerprints_{};
};

class Group {
 public:
  Group(const std::filesystem::path& folder, const Extent& extent)
      : folder_(folder),
        extent_(extent),
        whole_(options_of(folder, "whole", 0), extent.mebibytes),
        all_(options_of(folder, "all", 60), extent.mebibytes),
        found_(options_of(folder, "found", 60), extent.mebibytes),
        marked_(options_of(folder, "marked", 60), extent.mebibytes, tidemark::Changes::marked),
        row_(options_of(folder, "row", 60), extent.mebibytes),
        nothing_(options_of(folder, "nothing", 60), extent.mebibytes),
        small_(folder, "small", "file:" + (folder / "counters").string(), key_in_memory()) {}

  [[nodiscard]] std::vector<Result> run() {
    std::vector<Contender> contenders;
    const auto add = [&](std::string name, SavedNumbers& saved, std::function<void()> change) {
      contenders.push_back({std::move(name), [&saved] { saved.session().checkpoint(); },
                            [this, change = std::move(change)] {
                              if (change) change();
                              settle(folder_);
                              touch_memory(extent_.bytes());
                            }});
    };
    add(full, whole_, [this] { change_all(whole_); });
    add("everything changed", all_, [this] { change_all(all_); });
    add(found, found_, [this] { change_at_random(found_.numbers(), random_, [](std::size_t) {}); });
    add(marked, marked_, [this] {
      change_at_random(marked_.numbers(), random_, [this](std::size_t at) {
        marked_.state().touch("numbers", at * sizeof(double), sizeof(double));
      });
    });
    add("1 % in a row, found", row_, [this] { change_in_a_row(row_.numbers(), random_); });
    return measure(contenders, extent_.rounds);
  }

  /// Their difference in the same round is what counts, so they run more often. What it cannot go
  /// below, a small checkpoint shows.
  [[nodiscard]] std::vector<Result> run_unchanged() {
    return measure({{hash_pass, [this] { hash_pass_.run(nothing_.numbers()); }},
                    {nothing, [this] { nothing_.session().checkpoint(); }},
                    {small, [this] { small_.checkpoint(); }}},
                   rounds_of_unchanged);
  }

 private:
  static void change_all(SavedNumbers& saved) {
    for (double& number : saved.numbers()) ++number;
  }

  std::filesystem::path folder_;
  Extent extent_;
  std::mt19937_64 random_{20261126};
  SavedNumbers whole_;
  SavedNumbers all_;
  SavedNumbers found_;
  SavedNumbers marked_;
  SavedNumbers row_;
  SavedNumbers nothing_;
  HashPass hash_pass_{};
  SmallLineage small_;
};

void changes_on(Path path, const std::filesystem::path& parent, const Extent& extent,
                Report& report) {
  const OnPath on(path);
  const std::filesystem::path folder = parent / "changes";
  std::filesystem::create_directories(folder);
  {
    Group group(folder, extent);
    const std::string cipher = name_of(path);
    const auto title = [&](const std::string& what, int rounds) {
      return what + " of " + std::to_string(extent.mebibytes) + " MiB of doubles, " + cipher +
             ", " + std::to_string(rounds) + " rounds";
    };
    const auto results = group.run();
    report.table("changes", title("Checkpoints", extent.rounds), results);
    const Seconds base = median_of(results, full);
    report.bound(cipher + ": 1 % found / full save", median_of(results, found) / base,
                 path == Path::fast ? 1.0 / 8 : 1.0 / 5);
    report.bound(cipher + ": 1 % marked / full save", median_of(results, marked) / base, 1.0 / 20);
    const auto unchanged = group.run_unchanged();
    report.table("changes", title("Unchanged checkpoints", rounds_of_unchanged), unchanged);
    report.bound(cipher + ": nothing changed, without the pass",
                 median_of_differences(unchanged, nothing, hash_pass).count() * 1e3, 2, " ms");
  }
  std::filesystem::remove_all(folder);
}

}  // namespace

Need need_of_changes(const Extent& extent) {
  return {.what = "changes",
          .state = extent.bytes(),
          .memory = 7 * extent.bytes(),
          .disk = 9 * extent.bytes()};
}

void changes(const std::filesystem::path& folder, const Extent& extent, Report& report) {
  for (const Path path : encrypting_paths()) changes_on(path, folder, extent, report);
}

}  // namespace bench
