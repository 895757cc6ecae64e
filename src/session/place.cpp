#include "session/place.h"

#include <tidemark/error.h>

#include <algorithm>
#include <string_view>

namespace tidemark::session {
namespace {

constexpr std::string_view fresh_suffix = ".tidemark-";
constexpr std::string_view appended_suffix = ".append";  // in the own folder: not a whole file
constexpr std::size_t fresh_digits = 16;

bool is_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool is_fresh_digits(std::string_view text) {
  return text.size() == fresh_digits && std::ranges::all_of(text, is_digit);
}

/// Whether `name` is one that fresh() gave beside the file `base`.
bool is_fresh_name(std::string_view name, const std::string& base) {
  const std::string prefix = base + std::string(fresh_suffix);
  return name.starts_with(prefix) && is_fresh_digits(name.substr(prefix.size()));
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

std::filesystem::path Place::fresh(const Publication& publication, Random& random) const {
  std::string digits = to_hex(random.array<fresh_digits / 2>());
  if (!publication.own_names()) return with_suffix(std::string(fresh_suffix) + digits);
  if (!publication.whole_files) digits += appended_suffix;
  return own_folder() / digits;
}

std::vector<std::string> Place::own_names(io::FileSystem& files) const {
  if (files.type(own_folder()) != io::FileType::folder) return {};
  std::vector<std::string> names = files.list(own_folder());
  std::erase_if(names, [](const std::string& name) {
    const std::string_view stem =
        name.ends_with(appended_suffix)
            ? std::string_view(name).substr(0, name.size() - appended_suffix.size())
            : std::string_view(name);
    return !is_fresh_digits(stem);
  });
  std::ranges::sort(names);
  return names;
}

bool Place::published_whole(io::FileSystem& files) const {
  return files.type(own_folder()) == io::FileType::folder &&
         std::ranges::none_of(own_names(files), [](const std::string& name) {
           return name.ends_with(appended_suffix);
         });
}

std::vector<std::filesystem::path> Place::present(io::FileSystem& files) const {
  std::vector<std::filesystem::path> paths;
  for (const std::string& name : files.list(folder())) {
    if (is_fresh_name(name, file_.filename().string())) paths.push_back(folder() / name);
  }
  std::ranges::sort(paths);
  for (const std::string& name : own_names(files)) paths.push_back(own_folder() / name);
  if (files.type(file_) != io::FileType::absent) paths.insert(paths.begin(), file_);
  return paths;
}

}  // namespace tidemark::session
