#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/random.h"
#include "io/file_system.h"

namespace tidemark::session {

/// The names that one checkpoint file goes by: FILE, resolved once, and that path with a suffix.
class Place {
 public:
  Place(io::FileSystem& files, const std::filesystem::path& given);

  /// FILE as it was given, for messages.
  [[nodiscard]] const std::string& shown() const noexcept { return shown_; }

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  [[nodiscard]] std::filesystem::path folder() const { return file_.parent_path(); }
  [[nodiscard]] std::filesystem::path lock() const { return with_suffix(".lock"); }

  /// A name never used before, for a file that may take FILE's name once it holds what is
  /// committed.
  [[nodiscard]] std::filesystem::path fresh(Random& random) const;

  /// FILE if it is there, then every other name that publishing may have left.
  [[nodiscard]] std::vector<std::filesystem::path> present(io::FileSystem& files) const;

 private:
  [[nodiscard]] std::filesystem::path with_suffix(const std::string& suffix) const;

  std::string shown_;
  std::filesystem::path file_;
};

}  // namespace tidemark::session
