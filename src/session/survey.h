#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "container/scan.h"
#include "session/place.h"

namespace tidemark::session {

/// A file under one of the names of a place, and what lies in it.
struct StoredFile {
  std::filesystem::path path{};
  std::shared_ptr<io::File> file{};
  container::FileScan scan{};
};

/// What the storage holds of one lineage.
struct Survey {
  std::vector<StoredFile> files{};  ///< FILE first, if it holds anything

  /// Under a name of our own, but nothing that can be read: what a crash left in the middle of
  /// making a file.
  std::vector<std::filesystem::path> leftovers{};

  [[nodiscard]] bool holds_generations() const noexcept;
  [[nodiscard]] bool unreadable() const noexcept;
};

/// The name of the lineage that lives at `place`, from whichever of its files can be read; nothing if
/// there is no file but an empty one. Throws Error: `failed` for what is not a regular file or
/// cannot be read, `damaged` and `unsupported` where nothing but such a file is there.
[[nodiscard]] std::optional<std::string> lineage_at(io::FileSystem& files, const Place& place);

/// Scans every file at `place` that holds the lineage `name`. FILE must be readable or unused.
[[nodiscard]] Survey survey(io::FileSystem& files, const Place& place, std::string_view name);

}  // namespace tidemark::session
