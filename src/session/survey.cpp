#include "session/survey.h"

#include <tidemark/error.h>

#include <algorithm>

namespace tidemark::session {
namespace {

void demand_regular(io::FileSystem& files, const Place& place) {
  const io::FileType type = files.type(place.file());
  if (type != io::FileType::folder && type != io::FileType::other) return;
  throw Error(
      Code::failed,
      place.shown() + (type == io::FileType::folder ? " is a folder" : " is not a regular file"),
      "name a file to keep the checkpoints in");
}

Error about(const Place& place, const Error& error) {
  return {error.code(), place.shown() + ": " + error.what(), error.advice()};
}

/// Whether a file under one of our own names tells nothing: what a crash left behind.
bool tells_nothing(const Error& error, const Publication& publication) {
  return error.code() == Code::damaged || (error.code() == Code::failed && publication.own_names());
}

}  // namespace

bool Survey::holds_generations() const noexcept {
  return std::ranges::any_of(
      files, [](const StoredFile& stored) { return !stored.scan.generations.empty(); });
}

bool Survey::unreadable() const noexcept {
  return std::ranges::any_of(files,
                             [](const StoredFile& stored) { return stored.scan.unreadable; });
}

Resident lineage_at(io::FileSystem& files, const Place& place) {
  demand_regular(files, place);
  Resident found;
  for (const auto& path : place.present(files)) {
    try {
      const auto file = files.open(path, io::Access::read);
      if (file->size() == 0) continue;
      found.name = container::read_head(*file).name;
      return found;
    } catch (const Error& error) {
      if (path == place.file()) {
        found.unreadable = about(place, error);
      } else if (error.code() != Code::damaged && path.parent_path() != place.own_folder()) {
        throw about(place, error);
      }
    }
  }
  return found;
}

Survey survey(io::FileSystem& files, const Place& place, const Publication& publication,
              std::string_view name) {
  Survey found;
  for (const auto& path : place.present(files)) {
    try {
      std::shared_ptr<io::File> file = files.open(path, io::Access::read);
      container::FileScan scan = container::scan(*file);
      if (scan.head.name == name) found.files.push_back({path, std::move(file), std::move(scan)});
    } catch (const Error& error) {
      if (!tells_nothing(error, publication)) throw about(place, error);
      if (path != place.file()) found.leftovers.push_back(path);
    }
  }
  return found;
}

std::vector<std::filesystem::path> superseded(io::FileSystem& files, const Place& place,
                                              const Publication& publication, std::string_view name,
                                              const std::filesystem::path& own) {
  if (!publication.own_names()) return {};
  auto paths = place.present(files);
  std::erase_if(paths, [&](const auto& path) {
    if (path == own) return true;
    if (path != place.file()) return false;
    try {  // FILE may be somebody else's
      return container::read_head(*files.open(path, io::Access::read)).name != name;
    } catch (const Error&) {
      return true;
    }
  });
  return paths;
}

}  // namespace tidemark::session
