#include "sizes.h"

#include <array>
#include <cstdio>
#include <optional>
#include <stdexcept>

#include "floor.h"
#include "lineages.h"
#include "machine.h"

namespace bench {
namespace {

constexpr std::array<std::size_t, 8> all_sizes{1, 4, 16, 64, 256, 1024, 4096, 8192};

/// Nothing, but a line, where there is no room for it.
bool has_room(std::size_t mebibytes, const std::filesystem::path& folder) {
  const std::uint64_t bytes = std::uint64_t{mebibytes} << 20;
  try {
    demand_room({.what = std::to_string(mebibytes) + " MiB",
                 .state = bytes,
                 .memory = bytes + bytes / 4 + (std::uint64_t{256} << 20),
                 .disk = 2 * bytes + (std::uint64_t{256} << 20)},
                folder);
    return true;
  } catch (const std::runtime_error& error) {
    std::printf("  left out: %s\n", error.what());
    return false;
  }
}

/// As it comes, everything changed.
Result save_of(std::size_t mebibytes, const std::filesystem::path& folder, int rounds) {
  SavedNumbers saved(options_for(folder, "sizes"), mebibytes);
  return measure({{"full save", [&] { saved.session().checkpoint(); },
                   [&] {
                     for (double& number : saved.numbers()) ++number;
                     settle(folder);
                   }}},
                 rounds)
      .front();
}

/// Of what save_of left behind.
Result restore_of(std::size_t mebibytes, const std::filesystem::path& folder, int rounds) {
  Restored lineage(folder, "sizes", Path::fast);
  return measure({{"restore", [&] { lineage.restore(); },
                   [&] { touch_memory((mebibytes + 64) << 20); }, [&] { lineage.forget(); }}},
                 rounds)
      .front();
}

}  // namespace

void sizes(const std::filesystem::path& folder, int rounds, Report& report) {
  const std::filesystem::path own = folder / "sizes";
  std::printf("\nFull saves and restores of other sizes, median of %d rounds; load %.1f\n",
              rounds - warming(rounds), load());
  for (const std::size_t mebibytes : all_sizes) {
    if (!has_room(mebibytes, folder)) continue;
    std::filesystem::create_directories(own);
    auto save = save_of(mebibytes, own, rounds);
    report.size(mebibytes, {std::move(save), restore_of(mebibytes, own, rounds)});
    std::filesystem::remove_all(own);
  }
}

}  // namespace bench
