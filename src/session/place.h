#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/random.h"
#include "io/file_system.h"

namespace tidemark::session {

/// How generations get into storage, as decided for one session.
struct Publication {
  bool exclusive = true;     ///< a lock keeps other instances away
  bool whole_files = false;  ///< `alternate`: no file is touched again once it is written

  /// Whether files keep the names that they were made under, never used twice, instead of taking
  /// FILE's: renaming is safe neither where another instance may be alive nor on every storage.
  [[nodiscard]] bool own_names() const noexcept { return !exclusive || whole_files; }
};

/// The names that one checkpoint file goes by: FILE, resolved once, and that path with a suffix.
class Place {
 public:
  Place(io::FileSystem& files, const std::filesystem::path& given);

  /// FILE as it was given, for messages.
  [[nodiscard]] const std::string& shown() const noexcept { return shown_; }

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  [[nodiscard]] std::filesystem::path folder() const { return file_.parent_path(); }
  [[nodiscard]] std::filesystem::path lock() const { return with_suffix(".lock"); }

  /// Holds the files that keep their own names.
  [[nodiscard]] std::filesystem::path own_folder() const { return with_suffix(".d"); }

  /// A name never used before: one to keep in the own folder, or one beside FILE for a file that
  /// may take FILE's name once it holds what is committed.
  [[nodiscard]] std::filesystem::path fresh(const Publication& publication, Random& random) const;

  /// FILE if it is there, then every other name that publishing may have left.
  [[nodiscard]] std::vector<std::filesystem::path> present(io::FileSystem& files) const;

  /// Whether generations were published as whole files here: the own folder is there, and no
  /// session appends to a file in it.
  [[nodiscard]] bool published_whole(io::FileSystem& files) const;

 private:
  [[nodiscard]] std::filesystem::path with_suffix(const std::string& suffix) const;
  [[nodiscard]] std::vector<std::string> own_names(io::FileSystem& files) const;

  std::string shown_;
  std::filesystem::path file_;
};

}  // namespace tidemark::session
