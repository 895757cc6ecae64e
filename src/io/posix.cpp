#include "io/posix.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ranges>
#include <system_error>

#include "io/descriptor.h"
#include "io/failure.h"
#include "io/posix_file.h"

namespace tidemark::io {
namespace {

constexpr mode_t private_folder = 0700;

Descriptor open_folder(const std::filesystem::path& path) {
  return open_descriptor(path, O_RDONLY | O_DIRECTORY);
}

void sync_opened(const Descriptor& folder, const std::filesystem::path& path) {
  const int result = uninterrupted([&] { return ::fsync(folder.get()); });
  // EINVAL: some network and shared file systems have no sync for folders, and no other way.
  if (result != 0 && errno != EINVAL) throw failure("sync the folder", path, errno);
}

/// Whoever made this folder may have been killed before its name was durable. A parent that may not
/// be opened is not this user's, and was made by somebody else long ago.
void sync_name_of_existing(const std::filesystem::path& folder) {
  const std::filesystem::path parent = folder.parent_path();
  const Descriptor opened = open_folder(parent);
  if (opened.valid()) {
    sync_opened(opened, parent);
  } else if (errno != EACCES) {
    throw failure("sync the folder", parent, errno);
  }
}

/// Whether something that is no link has the name, asked without looking into it. In a folder that
/// may not be searched nothing has.
bool is_there(const std::filesystem::path& path) {
  std::array<char, 1> target{};
  return ::readlink(path.c_str(), target.data(), target.size()) == -1 && errno == EINVAL;
}

/// Makes one folder, or finds that another process was faster.
void make_folder(PosixFileSystem& files, const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), private_folder) == 0) {
    // As in create().
    [[maybe_unused]] const int ignored = ::chmod(path.c_str(), private_folder);
  } else {
    const int error = errno;
    if (error != EEXIST || files.type(path) != FileType::folder) {
      throw failure("make the folder", path, error);
    }
  }
  files.sync_folder(path.parent_path());
}

}  // namespace

FileType PosixFileSystem::type(const std::filesystem::path& path) {
  struct ::stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR) return FileType::absent;
    if (error == EACCES && is_there(path)) return FileType::unknown;
    throw failure("examine", path, error);
  }
  if (S_ISREG(status.st_mode)) return FileType::regular;
  return S_ISDIR(status.st_mode) ? FileType::folder : FileType::other;
}

bool PosixFileSystem::private_to_owner(const std::filesystem::path& path) {
  struct ::stat status{};
  if (::stat(path.c_str(), &status) != 0) throw failure("examine", path, errno);
  return (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

std::unique_ptr<File> PosixFileSystem::open(const std::filesystem::path& path, Access access) {
  // Asked before opening, because opening alone has effects on some devices; and again afterwards,
  // because the name may have changed hands in between, which O_NONBLOCK keeps from blocking.
  struct ::stat before{};
  if (::stat(path.c_str(), &before) != 0) throw failure("open", path, errno);
  if (!S_ISREG(before.st_mode)) throw not_regular("open", path);
  const int way = access == Access::read ? O_RDONLY : O_RDWR;
  Descriptor file = open_descriptor(path, way | O_NOCTTY | O_NONBLOCK);
  if (!file.valid()) throw failure("open", path, errno);
  (void)status_of_regular(file.get(), "open", path);
  return std::make_unique<PosixFile>(std::move(file), path);
}

std::size_t PosixFileSystem::read_special(const std::filesystem::path& path, MutableBytes into) {
  const Descriptor file = open_descriptor(path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
  if (!file.valid()) throw failure("open", path, errno);
  std::size_t done = 0;
  while (done < into.size()) {
    const MutableBytes rest = into.subspan(done);
    const ssize_t got = uninterrupted([&] { return ::read(file.get(), rest.data(), rest.size()); });
    if (got < 0) throw failure("read", path, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

std::unique_ptr<File> PosixFileSystem::create(const std::filesystem::path& path) {
  Descriptor file = open_descriptor(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY);
  if (!file.valid()) throw failure("create", path, errno);
  // The umask may have taken away even the owner's rights. Where a file system keeps no modes this
  // fails, and there is nothing to mend.
  [[maybe_unused]] const int ignored = ::fchmod(file.get(), private_file);
  return std::make_unique<PosixFile>(std::move(file), path);
}

void PosixFileSystem::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    throw failure("rename " + from.string() + " to", to, errno);
  }
}

void PosixFileSystem::remove(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw failure("remove", path, errno);
}

void PosixFileSystem::make_folders(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> missing;
  std::filesystem::path existing = path;
  while (existing.has_relative_path() && type(existing) == FileType::absent) {
    missing.push_back(existing);
    existing = existing.parent_path();
  }
  if (type(existing) != FileType::folder) throw failure("make the folder", path, ENOTDIR);
  sync_name_of_existing(existing);
  for (const std::filesystem::path& folder : std::views::reverse(missing)) {
    make_folder(*this, folder);
  }
}

void PosixFileSystem::sync_folder(const std::filesystem::path& path) {
  const Descriptor folder = open_folder(path);
  if (!folder.valid()) throw failure("sync the folder", path, errno);
  sync_opened(folder, path);
}

std::vector<std::string> PosixFileSystem::list(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::directory_iterator entry(path, error);
  std::vector<std::string> names;
  while (!error && entry != std::filesystem::directory_iterator()) {
    names.push_back(entry->path().filename().string());
    entry.increment(error);
  }
  if (error) throw failure("list the folder", path, error.value());
  return names;
}

}  // namespace tidemark::io
