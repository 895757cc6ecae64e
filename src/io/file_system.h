#pragma once

#include <tidemark/error.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace tidemark::io {

/// An open regular file. Reads may run at the same time as each other; nothing else may. Closed by
/// the destructor. Every call throws Error (`failed`) with the path and the system's own words.
class File {
 public:
  virtual ~File() = default;

  /// Reads at `offset` and returns how many bytes there were: fewer than asked for only at the
  /// end of the file.
  [[nodiscard]] virtual std::size_t read_at(std::uint64_t offset, MutableBytes into) = 0;

  /// Writes all of `bytes` at `offset`; beyond the end the file grows, a gap reads as zeros. Not
  /// durable before sync(). After a failure any part of it may have been written.
  virtual void write_at(std::uint64_t offset, Bytes bytes) = 0;

  /// Cuts the file, or lets it grow with zeros. Not durable before sync().
  virtual void resize(std::uint64_t size) = 0;

  /// Makes contents and size durable, but not the file's name. After a failure nothing is known
  /// about what was written since the last success, and a later success proves nothing about it
  /// either.
  virtual void sync() = 0;

  [[nodiscard]] virtual std::uint64_t size() = 0;

  /// The next three are hints, which change nothing but how long things take: where they are not
  /// understood, or refused, nobody hears of it.

  /// These bytes will be read soon.
  virtual void expect_reads(std::uint64_t /*offset*/, std::uint64_t /*length*/) {}

  /// These bytes will be written soon: room can be made for them. The file does not grow.
  virtual void expect_writes(std::uint64_t /*offset*/, std::uint64_t /*length*/) {}

  /// These bytes do not change any more before the next sync(): they can go to the disk now.
  virtual void begin_sync(std::uint64_t /*offset*/, std::uint64_t /*length*/) {}

  /// The path it was opened by, for messages.
  [[nodiscard]] virtual const std::filesystem::path& path() const noexcept = 0;
};

/// An exclusive lock, held until it is destroyed or the process ends, however that happens.
class Lock {
 public:
  virtual ~Lock() = default;
};

/// What try_lock came to.
struct LockAttempt {
  enum class Outcome {
    taken,    ///< `lock` holds it
    held,     ///< by somebody else; `holder` says whom, if known
    refused,  ///< this file system has no locks
  };
  Outcome outcome{};
  std::unique_ptr<Lock> lock{};
  std::optional<long> holder{};  ///< a process id
};

enum class Access { read, read_write };

enum class FileType {
  absent,
  regular,
  folder,
  other,    ///< a device, a FIFO, a socket
  unknown,  ///< there, but the system does not say what: a torn file on an encrypted mount of
            ///< Gramine
};

/// The file system, passed in wherever files are touched, so that tests can take its place. Paths
/// are absolute. Thread-safe, but for the files. Every call throws Error (`failed`) with the path
/// and the system's own words, unless it says otherwise. What is made is private to the user (files
/// 0600, folders 0700).
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// An absolute path for `path` with every link followed, also a dangling one; where the file does
  /// not exist yet, the real path of its folder and its name. The folder must exist.
  [[nodiscard]] virtual std::filesystem::path resolve(const std::filesystem::path& path) = 0;

  /// What `path` is, links followed. Opens nothing.
  [[nodiscard]] virtual FileType type(const std::filesystem::path& path) = 0;

  /// Whether nobody but the owner may read or write the file.
  [[nodiscard]] virtual bool private_to_owner(const std::filesystem::path& path) = 0;

  /// Opens an existing regular file; anything else is refused without being opened for long
  /// (a FIFO does not block).
  [[nodiscard]] virtual std::unique_ptr<File> open(const std::filesystem::path& path,
                                                   Access access) = 0;

  /// Reads whatever `path` is from its beginning, until it ends or `into` is full, and returns how
  /// many bytes there were. For pseudo-files, whose size says 0 whatever they hold, and which need
  /// not be regular. Never waits: a FIFO that nobody writes to is empty.
  [[nodiscard]] virtual std::size_t read_special(const std::filesystem::path& path,
                                                 MutableBytes into) = 0;

  /// Creates a file under a name that nothing has yet, and opens it for reading and writing. The
  /// name is durable only after sync_folder. Fails if anything, a link included, has the name.
  [[nodiscard]] virtual std::unique_ptr<File> create(const std::filesystem::path& path) = 0;

  /// Gives the file `from` the name `to`, in place of whatever file had it, atomically. Both are in
  /// one folder. Durable only after sync_folder; a crash before leaves either both old names or the
  /// new.
  virtual void rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;

  /// Removes a file's name; not an error if there is none.
  virtual void remove(const std::filesystem::path& path) = 0;

  /// Creates a folder and the missing ones above it, durably. Not an error if it exists.
  virtual void make_folders(const std::filesystem::path& path) = 0;

  /// Makes the names in a folder durable.
  virtual void sync_folder(const std::filesystem::path& path) = 0;

  /// The names in a folder, in no particular order.
  [[nodiscard]] virtual std::vector<std::string> list(const std::filesystem::path& path) = 0;

  /// Tries to lock the file `path`, which is created if it is missing, never replaced and never
  /// removed. While the lock is held the file contains the holder's process id; it is empty after
  /// an orderly release. Does not wait. Excludes other holders in this process too.
  [[nodiscard]] virtual LockAttempt try_lock(const std::filesystem::path& path) = 0;
};

}  // namespace tidemark::io
