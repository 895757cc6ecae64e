#pragma once

#include <tidemark/error.h>

#include <algorithm>
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

  /// Whether `predicate` says yes to some generation's header.
  [[nodiscard]] bool holds(auto predicate) const {
    return std::ranges::any_of(files, [&](const StoredFile& stored) {
      return std::ranges::any_of(stored.scan.generations, [&](const auto& generation) {
        return predicate(generation.header);
      });
    });
  }
  [[nodiscard]] bool unreadable() const noexcept;
};

/// The lineage that lives at a place.
struct Resident {
  /// FILE's or, where that is unused, what publishing left under another name.
  std::optional<std::string> name{};

  /// FILE is in use, but not one of ours (`damaged`, `unsupported`) or cannot be read (`failed`).
  std::optional<Error> unreadable{};
};

/// Reads the heads. Throws Error: `failed` for what is not a regular file.
[[nodiscard]] Resident lineage_at(io::FileSystem& files, const Place& place);

/// Scans every file at `place` that holds the lineage `name`. Where files keep their own names,
/// what cannot be read is passed over: a crash may have left it.
[[nodiscard]] Survey survey(io::FileSystem& files, const Place& place,
                            const Publication& publication, std::string_view name);

/// What may be removed once a mark that is about to be asked for is the counter's, if files keep
/// their own names: what lies there now, but for the mark's own file. Whoever takes the lineage
/// over afterwards writes to other files.
[[nodiscard]] std::vector<std::filesystem::path> superseded(io::FileSystem& files,
                                                            const Place& place,
                                                            const Publication& publication,
                                                            std::string_view name,
                                                            const std::filesystem::path& own);

}  // namespace tidemark::session
