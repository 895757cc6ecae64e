#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <optional>
#include <string_view>
#include <system_error>

#include "io/failure.h"
#include "io/posix.h"

namespace tidemark::io {
namespace {

constexpr int most_links = 40;  // as many as the kernel follows

std::filesystem::path real_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::path real = std::filesystem::canonical(path, error);
  if (error) throw failure("find the folder", path, error.value());
  return real;
}

std::filesystem::path without_final_slashes(const std::filesystem::path& path) {
  std::string text = path.string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

/// Where the link leads, or nothing if `path` is no link.
std::optional<std::filesystem::path> link_target(const std::filesystem::path& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  if (size >= 0) return std::string_view(target.data(), static_cast<std::size_t>(size));
  if (errno == EINVAL || errno == ENOENT) return std::nullopt;
  throw failure("examine", path, errno);
}

}  // namespace

std::filesystem::path PosixFileSystem::resolve(const std::filesystem::path& path) {
  std::filesystem::path next = path;
  if (!next.is_absolute()) next = real_folder(".") / next;
  for (int links = 0; links <= most_links; ++links) {
    next = without_final_slashes(next);
    const std::filesystem::path name = next.filename();
    if (name.empty() || name == "." || name == "..") return real_folder(next);
    const std::filesystem::path place = real_folder(next.parent_path());
    if (type(place) != FileType::folder) throw failure("find the folder", place, ENOTDIR);
    const auto target = link_target(place / name);
    if (!target) return place / name;
    next = place / *target;
  }
  throw failure("follow the links of", path, ELOOP);
}

}  // namespace tidemark::io
