// Measures on a real disk: in the folder that is named, else in the working directory.

#include <tidemark/error.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "changes.h"
#include "counters.h"
#include "floor.h"
#include "pause.h"
#include "report.h"
#include "restore.h"
#include "save.h"
#include "sizes.h"
#include "small.h"

namespace {

constexpr const char* usage =
    "usage: tidemark-bench [-folder FOLDER] [-mib SIZE] [-rounds N] [-json FILE] [PART]...\n"
    "  -folder  where to write; default: the working directory\n"
    "  -mib     how large the array of the large states is; default: 1024\n"
    "  -rounds  how often each of the large ones is measured; default: 6, the first warms up\n"
    "  -json    a file for all that was measured\n"
    "  PART     floors, small, counters, save, restore, changes, pause or sizes; default: all\n";

/// A folder of its own for the run, gone afterwards.
class Workplace {
 public:
  explicit Workplace(const std::filesystem::path& where)
      : folder_(where / ("tidemark-bench-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  ~Workplace() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  std::filesystem::path folder_;
};

constexpr std::array<std::string_view, 8> all_parts{"floors",  "small",   "counters", "save",
                                                    "restore", "changes", "pause",    "sizes"};

// For each round of the large ones.
constexpr int rounds_of_counters = 50;

struct Wish {
  std::filesystem::path folder = ".";
  bench::Extent extent{};
  std::optional<std::filesystem::path> json{};
  std::set<std::string_view> parts{};

  [[nodiscard]] bool wants(std::string_view part) const {
    return parts.empty() || parts.contains(part);
  }
};

/// At least 2: fewer rounds have no median, and less than 2 MiB is not large. At most so many that
/// the sizes in bytes can be counted.
template <class Number>
bool parse(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 2 &&
         number <= 1 << 24;
}

bool parse(int argc, char** argv, Wish& wish) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (std::ranges::find(all_parts, word) != all_parts.end()) {
      wish.parts.insert(word);
      continue;
    }
    if (++i == argc) return false;
    if (word == "-folder") {
      wish.folder = argv[i];
    } else if (word == "-json") {
      wish.json = argv[i];
    } else if (word == "-mib") {
      if (!parse(argv[i], wish.extent.mebibytes)) return false;
    } else if (word == "-rounds") {
      if (!parse(argv[i], wish.extent.rounds)) return false;
    } else {
      return false;
    }
  }
  return true;
}

/// Before anything is written.
void demand_room(const Wish& wish) {
  const auto demand = [&](std::string_view part, const bench::Need& need) {
    if (wish.wants(part)) bench::demand_room(need, wish.folder);
  };
  demand("floors", bench::need_of_floors(wish.extent));
  demand("save", bench::need_of_save(wish.extent));
  demand("restore", bench::need_of_restore(wish.extent));
  demand("changes", bench::need_of_changes(wish.extent));
  demand("pause", bench::need_of_pause(wish.extent));
}

void run(const Wish& wish, bench::Report& report) {
  const Workplace workplace(wish.folder);
  const auto all = std::filesystem::absolute(workplace.folder());
  // Each has a folder of its own, since they use the same names.
  const auto measure = [&](std::string_view part, const auto& with) {
    if (!wish.wants(part)) return;
    const auto folder = all / part;
    std::filesystem::create_directory(folder);
    with(folder);
    std::filesystem::remove_all(folder);
  };
  const bench::Extent& extent = wish.extent;
  measure("floors", [&](const auto& folder) { bench::floors(folder, extent, report); });
  measure("small", [&](const auto& folder) { bench::small_checkpoint(folder, report); });
  measure("counters", [&](const auto& folder) {
    bench::counters(folder, extent.rounds * rounds_of_counters, report);
  });
  measure("save", [&](const auto& folder) { bench::large_save(folder, extent, report); });
  measure("restore", [&](const auto& folder) { bench::large_restore(folder, extent, report); });
  measure("changes", [&](const auto& folder) { bench::changes(folder, extent, report); });
  measure("pause", [&](const auto& folder) { bench::pause(folder, extent, report); });
  measure("sizes", [&](const auto& folder) { bench::sizes(folder, extent.rounds, report); });
}

}  // namespace

int main(int argc, char** argv) {
  Wish wish;
  if (!parse(argc, argv, wish)) {
    std::fputs(usage, stderr);
    return static_cast<int>(tidemark::Code::usage);
  }
  try {
    demand_room(wish);
    bench::Report report;
    run(wish, report);
    if (wish.json) report.write(*wish.json);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tidemark-bench: %s\n", error.what());
    return static_cast<int>(tidemark::Code::failed);
  }
  return 0;
}
