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

/// The name of the lineage that lives at `place`: FILE's or, where that is unused, what publishing
/// left under another name; nothing if there is neither. Throws Error: `failed` for what is not a
/// regular file or cannot be read, `damaged` and `unsupported` for a FILE that is not one of ours.
[[nodiscard]] std::optional<std::string> lineage_at(io::FileSystem& files, const Place& place);

/// Scans every file at `place` that holds the lineage `name`.
[[nodiscard]] Survey survey(io::FileSystem& files, const Place& place, std::string_view name);

}  // namespace tidemark::session
