#include "session/survey.h"

#include <tidemark/error.h>

#include <algorithm>

namespace tidemark::session {
namespace {

void demand_regular(io::FileSystem& files, const Place& place) {
  const io::FileType type = files.type(place.file());
  if (type == io::FileType::absent || type == io::FileType::regular) return;
  throw Error(
      Code::failed,
      place.shown() + (type == io::FileType::folder ? " is a folder" : " is not a regular file"),
      "name a file to keep the checkpoints in");
}

[[noreturn]] void rethrow_about(const Place& place, const Error& error) {
  throw Error(error.code(), place.shown() + ": " + error.what(), error.advice());
}

/// Whether a file under one of our own names tells nothing: what a crash left behind.
bool tells_nothing(const Error& error) { return error.code() == Code::damaged; }

}  // namespace

bool Survey::holds_generations() const noexcept {
  return std::ranges::any_of(
      files, [](const StoredFile& stored) { return !stored.scan.generations.empty(); });
}

bool Survey::unreadable() const noexcept {
  return std::ranges::any_of(files,
                             [](const StoredFile& stored) { return stored.scan.unreadable; });
}

std::optional<std::string> lineage_at(io::FileSystem& files, const Place& place) {
  demand_regular(files, place);
  for (const auto& path : place.present(files)) {
    const auto file = files.open(path, io::Access::read);
    if (file->size() == 0) continue;
    try {
      return container::read_head(*file).name;
    } catch (const Error& error) {
      // FILE never begins with torn bytes: if it is not ours, it is never touched.
      if (path == place.file() || !tells_nothing(error)) rethrow_about(place, error);
    }
  }
  return std::nullopt;
}

Survey survey(io::FileSystem& files, const Place& place, std::string_view name) {
  Survey found;
  for (const auto& path : place.present(files)) {
    std::shared_ptr<io::File> file = files.open(path, io::Access::read);
    try {
      container::FileScan scan = container::scan(*file);
      if (scan.head.name == name) found.files.push_back({path, std::move(file), std::move(scan)});
    } catch (const Error& error) {
      if (!tells_nothing(error)) rethrow_about(place, error);
      if (path != place.file()) found.leftovers.push_back(path);
    }
  }
  return found;
}

}  // namespace tidemark::session
