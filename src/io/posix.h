#pragma once

#include "io/file_system.h"

namespace tidemark::io {

/// The operating system's files. Holds nothing, so that any number may be made and thrown away.
class PosixFileSystem final : public FileSystem {
 public:
  /// A relative path is the current directory's. Slashes at the end do not count. An empty path,
  /// and one that ends in `.` or `..`, is a folder's, which must exist. Links are followed 40 times
  /// at most.
  [[nodiscard]] std::filesystem::path resolve(const std::filesystem::path& path) override;

  [[nodiscard]] FileType type(const std::filesystem::path& path) override;
  [[nodiscard]] bool private_to_owner(const std::filesystem::path& path) override;
  [[nodiscard]] std::unique_ptr<File> open(const std::filesystem::path& path,
                                           Access access) override;
  [[nodiscard]] std::size_t read_special(const std::filesystem::path& path,
                                         MutableBytes into) override;
  [[nodiscard]] std::unique_ptr<File> create(const std::filesystem::path& path) override;
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  void remove(const std::filesystem::path& path) override;
  void make_folders(const std::filesystem::path& path) override;

  /// Where a file system knows no sync for folders at all (EINVAL), this does nothing.
  void sync_folder(const std::filesystem::path& path) override;

  [[nodiscard]] std::vector<std::string> list(const std::filesystem::path& path) override;

  /// An open file description lock on the whole file, so that it also excludes other holders in
  /// this process. A child that this process forks does not share in it: its copy of the Lock does
  /// nothing.
  [[nodiscard]] LockAttempt try_lock(const std::filesystem::path& path) override;
};

}  // namespace tidemark::io
