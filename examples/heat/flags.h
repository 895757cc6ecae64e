#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

/// What the command line and the environment ask for.
struct Flags {
  bool help = false;
  std::size_t size = 5792;  ///< points in a row: 256 MiB of them in all
  std::uint64_t steps = 1000;
  std::chrono::milliseconds every{5000};
  std::string file = "heat.dat";
  std::string picture = "heat.png";
  std::string counter = "file:";
  std::string key = "file:";
  bool start_over = false;
};

/// Throws tidemark::Error (`usage`).
[[nodiscard]] Flags parse_flags(int argc, char** argv);

/// What `-help` shows.
[[nodiscard]] const char* help_text() noexcept;
