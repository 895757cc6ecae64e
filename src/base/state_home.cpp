#include "base/state_home.h"

#include <pwd.h>
#include <tidemark/error.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>

namespace tidemark {
namespace {

std::optional<std::filesystem::path> absolute_from_environment(const char* variable) {
  const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): only read
  if (value == nullptr || value[0] != '/') return std::nullopt;
  return value;
}

std::optional<std::filesystem::path> home_from_user_database() {
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr || found->pw_dir == nullptr || found->pw_dir[0] != '/') {
    return std::nullopt;
  }
  return found->pw_dir;
}

}  // namespace

std::filesystem::path state_home() {
  if (const auto state = absolute_from_environment("XDG_STATE_HOME")) return *state / "tidemark";
  auto home = absolute_from_environment("HOME");
  if (!home) home = home_from_user_database();
  if (!home) {
    throw Error(Code::usage, "there is no home directory to keep counters and keys in",
                "set XDG_STATE_HOME or HOME to an absolute path, or name the counter's folder and "
                "the key's file");
  }
  return *home / ".local" / "state" / "tidemark";
}

}  // namespace tidemark
