#pragma once

#include <tidemark/session.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

/// What the command line and the environment ask for.
struct Flags {
  bool help = false;
  bool restore = false;           ///< RESTORE_FROM_FILE is set; then it is `file`
  bool fixed = false;             ///< TIDEMARK_FIXED is set
  std::string file = "dump.dat";  ///< as it was given
  std::string name{};
  std::int64_t age = 0;
  std::string counter = "file:";
  std::optional<std::string> moved_from{};
  std::string key = "file:";
  std::string lineage{};  ///< empty only at a restore: the name in the file
  bool start_over = false;
  tidemark::Policy policy = tidemark::Policy::hand_over;
  std::optional<tidemark::Publishing> publishing{};  ///< unset: what fits the storage
  std::chrono::milliseconds tick{1000};
  std::optional<std::chrono::milliseconds> every{};
};

/// Throws tidemark::Error: `usage`, or `failed` where FILE's folder cannot be resolved for the
/// default lineage.
[[nodiscard]] Flags parse_flags(int argc, char** argv);

/// What `-help` shows.
[[nodiscard]] const char* help_text() noexcept;
