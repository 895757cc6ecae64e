#include "machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <thread>

namespace bench {
namespace {

/// What follows the colon in the first line of `path` that begins with `key`.
std::optional<std::string> field(const char* path, const std::string& key) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with(key)) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) return std::nullopt;
    const std::size_t start = line.find_first_not_of(" \t", colon + 1);
    return start == std::string::npos ? std::string() : line.substr(start);
  }
  return std::nullopt;
}

std::uint64_t all_memory() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::string in_gibibytes(std::uint64_t bytes) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f GiB",
                static_cast<double>(bytes) / static_cast<double>(std::uint64_t{1} << 30));
  return text.data();
}

[[noreturn]] void refuse(const Need& need, const std::string& why) {
  throw std::runtime_error(need.what + ": " + why + "; give a smaller -mib, or fewer parts");
}

}  // namespace

Machine this_machine() {
  ::utsname system{};
  ::uname(&system);
  return {.processor = field("/proc/cpuinfo", "model name").value_or("an unknown processor"),
          .cores = std::thread::hardware_concurrency(),
          .memory = all_memory(),
          .system = std::string(system.sysname) + " " + system.release};
}

double load() {
  double average = 0;
  return ::getloadavg(&average, 1) == 1 ? average : 0;
}

std::uint64_t free_memory() {
  const auto kibibytes = field("/proc/meminfo", "MemAvailable");
  return kibibytes ? std::strtoull(kibibytes->c_str(), nullptr, 10) << 10 : all_memory();
}

std::uint64_t free_disk(const std::filesystem::path& folder) {
  return std::filesystem::space(folder).available;
}

void demand_room(const Need& need, const std::filesystem::path& folder) {
  if (need.state > all_memory() / 2) {
    refuse(need, "a state of " + in_gibibytes(need.state) + " is more than half of the memory, " +
                     in_gibibytes(all_memory()));
  }
  if (need.memory > free_memory()) {
    refuse(need, "takes " + in_gibibytes(need.memory) + " of memory, of which " +
                     in_gibibytes(free_memory()) + " are free");
  }
  if (need.disk > free_disk(folder)) {
    refuse(need, "takes " + in_gibibytes(need.disk) + " in " + folder.string() + ", where " +
                     in_gibibytes(free_disk(folder)) + " are free");
  }
}

}  // namespace bench
