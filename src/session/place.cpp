#include "session/place.h"

#include <tidemark/error.h>

#include <algorithm>
#include <string_view>

namespace tidemark::session {
namespace {

constexpr std::string_view fresh_suffix = ".tidemark-";
constexpr std::size_t fresh_digits = 16;

bool is_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// Whether `name` is one that fresh() gave for the file `base`.
bool is_fresh_name(std::string_view name, const std::string& base) {
  const std::string prefix = base + std::string(fresh_suffix);
  return name.size() == prefix.size() + fresh_digits && name.starts_with(prefix) &&
         std::ranges::all_of(name.substr(prefix.size()), is_digit);
}

}  // namespace

Place::Place(io::FileSystem& files, const std::filesystem::path& given) : shown_(given.string()) {
  if (given.empty()) {
    throw Error(Code::usage, "no checkpoint file was named", "name the file to save to");
  }
  file_ = files.resolve(given);
}

std::filesystem::path Place::with_suffix(const std::string& suffix) const {
  std::filesystem::path path = file_;
  path += suffix;
  return path;
}

std::filesystem::path Place::fresh(Random& random) const {
  return with_suffix(std::string(fresh_suffix) + to_hex(random.array<fresh_digits / 2>()));
}

std::vector<std::filesystem::path> Place::present(io::FileSystem& files) const {
  std::vector<std::filesystem::path> paths;
  for (const std::string& name : files.list(folder())) {
    if (is_fresh_name(name, file_.filename().string())) paths.push_back(folder() / name);
  }
  std::ranges::sort(paths);
  if (files.type(file_) != io::FileType::absent) paths.insert(paths.begin(), file_);
  return paths;
}

}  // namespace tidemark::session
