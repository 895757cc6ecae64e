#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace bench {

/// Where it is measured.
struct Machine {
  std::string processor;
  unsigned cores = 0;
  std::uint64_t memory = 0;  ///< bytes
  std::string system;
};

[[nodiscard]] Machine this_machine();

/// How many threads wanted to run, over the last minute.
[[nodiscard]] double load();

/// How many bytes of memory can still be had.
[[nodiscard]] std::uint64_t free_memory();

/// How many bytes fit on the disk that holds `folder`.
[[nodiscard]] std::uint64_t free_disk(const std::filesystem::path& folder);

/// What something takes at most, in bytes.
struct Need {
  std::string what;
  std::uint64_t state = 0;
  std::uint64_t memory = 0;
  std::uint64_t disk = 0;  ///< with what it had before
};

/// Throws unless there is room for it in memory and in `folder`; a state larger than half of the
/// machine's memory is never measured, since the machine would swap, or end the program.
void demand_room(const Need& need, const std::filesystem::path& folder);

}  // namespace bench
