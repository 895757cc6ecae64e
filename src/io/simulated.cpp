#include "io/simulated.h"

#include <algorithm>
#include <stdexcept>

#include "io/simulated_file.h"

namespace tidemark::io {
namespace {

/// A path as the disk knows it: without `.`, `..`, doubled slashes and one at the end.
std::string plain(const std::filesystem::path& path) {
  if (!path.is_absolute()) throw std::logic_error("a path is not absolute: " + path.string());
  std::string text = path.lexically_normal().string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

struct Place {
  std::string folder;
  std::string name;  ///< empty for the root
};

Place place_of(const std::string& plain_path) {
  const std::size_t slash = plain_path.rfind('/');
  return {.folder = plain_path.substr(0, std::max<std::size_t>(slash, 1)),
          .name = plain_path.substr(slash + 1)};
}

}  // namespace

std::filesystem::path SimulatedFileSystem::resolve(const std::filesystem::path& path) {
  return perform("resolve", path, [&]() -> std::filesystem::path {
    std::string absolute = plain("/" / path);
    if (type_of(absolute) == FileType::folder) return absolute;
    const std::string above = place_of(absolute).folder;
    if (const int error = missing_folder(above); error != 0) {
      throw failure("find the folder", above, error);
    }
    return absolute;
  });
}

FileType SimulatedFileSystem::type(const std::filesystem::path& path) {
  return perform("examine", path, [&] {
    const std::string file = plain(path);
    const FileType type = type_of(file);
    if (type != FileType::regular) return type;
    const auto [above, name] = place_of(file);
    return disk_.folders().at(above).find(name)->lost() ? FileType::unknown : type;
  });
}

bool SimulatedFileSystem::private_to_owner(const std::filesystem::path& path) {
  return perform("examine", path, [&] {
    if (type_of(plain(path)) == FileType::absent) throw failure("examine", path, ENOENT);
    return true;
  });
}

std::unique_ptr<File> SimulatedFileSystem::open(const std::filesystem::path& path, Access access) {
  return perform("open", path, [&]() -> std::unique_ptr<File> {
    const std::string file = plain(path);
    if (type_of(file) == FileType::folder) throw not_regular("open", path);
    const auto [above, name] = place_of(file);
    auto inode = folder("open", path, above).find(name);
    if (!inode) throw failure("open", path, ENOENT);
    if (inode->lost()) throw failure("open", path, EACCES);
    return std::make_unique<OpenFile>(*this, std::move(inode), path, access);
  });
}

std::size_t SimulatedFileSystem::read_special(const std::filesystem::path& path,
                                              MutableBytes into) {
  return perform("open", path, [&] {
    const std::string file = plain(path);
    if (type_of(file) == FileType::folder) throw failure("read", path, EISDIR);
    const auto [above, name] = place_of(file);
    const auto inode = folder("open", path, above).find(name);
    if (!inode) throw failure("open", path, ENOENT);
    const Bytes contents = inode->contents();
    const Bytes part = contents.first(std::min(contents.size(), into.size()));
    std::ranges::copy(part, into.begin());
    return part.size();
  });
}

std::unique_ptr<File> SimulatedFileSystem::create(const std::filesystem::path& path) {
  return perform("create", path, [&]() -> std::unique_ptr<File> {
    const std::string file = plain(path);
    if (type_of(file) != FileType::absent) throw failure("create", path, EEXIST);
    const auto [above, name] = place_of(file);
    auto inode = std::make_shared<SimulatedInode>();
    folder("create", path, above).create(name, inode);
    return std::make_unique<OpenFile>(*this, std::move(inode), path, Access::read_write);
  });
}

void SimulatedFileSystem::rename(const std::filesystem::path& from,
                                 const std::filesystem::path& to) {
  const std::string doing = "rename " + from.string() + " to";
  perform(doing, to, [&] {
    const std::string source = plain(from);
    const std::string target = plain(to);
    const auto [above, name] = place_of(source);
    if (place_of(target).folder != above) {
      throw std::logic_error("a rename goes to another folder: " + to.string());
    }
    for (const std::string& file : {source, target}) {
      if (type_of(file) == FileType::folder) throw failure(doing, to, EISDIR);
    }
    SimulatedFolder& names = folder(doing, to, above);
    const auto inode = names.find(name);
    if (!inode) throw failure(doing, to, ENOENT);
    if (encrypted_ != Encrypted::no) inode->rewrite_header();
    if (encrypted_ != Encrypted::no && crashed_) {
      inode->lose();
    } else {
      names.rename(name, place_of(target).name);
    }
  });
}

void SimulatedFileSystem::remove(const std::filesystem::path& path) {
  perform("remove", path, [&] {
    const std::string file = plain(path);
    if (type_of(file) == FileType::folder) throw failure("remove", path, EISDIR);
    const auto [above, name] = place_of(file);
    const int missing = missing_folder(above);
    if (missing == ENOENT) return;
    if (missing != 0) throw failure("remove", path, missing);
    SimulatedFolder& names = disk_.folders().at(above);
    if (names.find(name)) names.remove(name);
  });
}

void SimulatedFileSystem::make_folders(const std::filesystem::path& path) {
  perform("make the folder", path, [&] {
    std::string above = "/";
    const std::string whole = plain(path);
    for (std::size_t slash = 0; slash != std::string::npos;) {
      slash = whole.find('/', slash + 1);
      above = whole.substr(0, slash);
      if (type_of(above) == FileType::regular) throw failure("make the folder", path, ENOTDIR);
      disk_.folders().try_emplace(above);
    }
  });
}

void SimulatedFileSystem::sync_folder(const std::filesystem::path& path) {
  perform("sync the folder", path, [&] { folder("sync the folder", path, plain(path)).sync(); });
}

std::vector<std::string> SimulatedFileSystem::list(const std::filesystem::path& path) {
  return perform("list the folder", path, [&] {
    const std::string above = plain(path);
    std::vector<std::string> found;
    for (const auto& [name, inode] : folder("list the folder", path, above).names()) {
      found.push_back(name);
    }
    for (const auto& [other, names] : disk_.folders()) {
      const Place place = place_of(other);
      if (place.folder == above && !place.name.empty()) found.push_back(place.name);
    }
    return found;
  });
}

LockAttempt SimulatedFileSystem::try_lock(const std::filesystem::path& path) {
  using Outcome = LockAttempt::Outcome;
  std::shared_ptr<SimulatedInode> inode;
  std::uint64_t process = 0;
  const Outcome outcome = perform("lock", path, [&] {
    const std::string file = plain(path);
    if (type_of(file) == FileType::folder) throw not_regular("lock", path);
    const auto [above, name] = place_of(file);
    SimulatedFolder& names = folder("lock", path, above);
    if (!names.find(name)) names.create(name, std::make_shared<SimulatedInode>());
    if (refuse_locks_) return Outcome::refused;
    inode = names.find(name);
    process = process_;
    if (!locked_.insert(inode.get()).second) return Outcome::held;
    inode->resize(0);
    write_what_fits(*inode, 0, bytes_of("1\n"));
    return Outcome::taken;
  });
  // Made here, because the lock's destructor must not run inside of a call that stops midway.
  if (outcome != Outcome::taken) {
    return {.outcome = outcome,
            .holder = outcome == Outcome::held ? std::optional(1L) : std::nullopt};
  }
  return {.outcome = outcome, .lock = std::make_unique<HeldLock>(*this, std::move(inode), process)};
}

FileType SimulatedFileSystem::type_of(const std::string& plain_path) const {
  if (disk_.folders().contains(plain_path)) return FileType::folder;
  const Place place = place_of(plain_path);
  const auto above = disk_.folders().find(place.folder);
  const bool found = above != disk_.folders().end() && above->second.find(place.name) != nullptr;
  return found ? FileType::regular : FileType::absent;
}

int SimulatedFileSystem::missing_folder(const std::string& plain_path) const {
  switch (type_of(plain_path)) {
    case FileType::folder:
      return 0;
    case FileType::absent:
      return ENOENT;
    default:
      return ENOTDIR;
  }
}

SimulatedFolder& SimulatedFileSystem::folder(std::string_view doing,
                                             const std::filesystem::path& path,
                                             const std::string& plain_folder) {
  if (const int error = missing_folder(plain_folder); error != 0) {
    throw failure(doing, path, error);
  }
  return disk_.folders().at(plain_folder);
}

std::optional<Buffer> SimulatedFileSystem::contents(const std::filesystem::path& path) const {
  const std::scoped_lock lock(mutex_);
  const std::string file = plain(path);
  if (type_of(file) != FileType::regular) return std::nullopt;
  const auto [above, name] = place_of(file);
  const Bytes bytes = disk_.folders().at(above).find(name)->contents();
  return Buffer(bytes.begin(), bytes.end());
}

void SimulatedFileSystem::put(const std::filesystem::path& path, Bytes bytes) {
  const std::scoped_lock lock(mutex_);
  const auto [above, name] = place_of(plain(path));
  for (std::string missing = above; disk_.folders().try_emplace(missing).second;) {
    missing = place_of(missing).folder;
  }
  auto inode = std::make_shared<SimulatedInode>();
  inode->write(0, bytes);
  inode->sync();
  SimulatedFolder& names = disk_.folders().at(above);
  if (names.find(name)) names.remove(name);
  names.create(name, std::move(inode));
  names.sync();
}

void SimulatedFileSystem::erase(const std::filesystem::path& path) {
  const std::scoped_lock lock(mutex_);
  const std::string file = plain(path);
  if (type_of(file) != FileType::regular) return;
  const auto [above, name] = place_of(file);
  SimulatedFolder& names = disk_.folders().at(above);
  names.remove(name);
  names.sync();
}

std::vector<std::filesystem::path> SimulatedFileSystem::names() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::filesystem::path> found;
  for (const auto& [above, folder] : disk_.folders()) {
    for (const auto& [name, inode] : folder.names()) {
      found.push_back(std::filesystem::path(above) / name);
    }
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace tidemark::io
