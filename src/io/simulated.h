#pragma once

#include <cerrno>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "io/failure.h"
#include "io/file_system.h"
#include "io/simulated_disk.h"

namespace tidemark::io {

/// The simulated process or machine stopped in the middle of a call. Not a std::exception, so that
/// nothing but the test takes it for an error and goes on.
struct Crash {};

/// A file system in memory that stops, fails and forgets on command; for tests.
///
/// It models one machine with one disk and one process at a time. A disk tells apart what is seen
/// from what is durable: for each file its contents and the writes and resizes since its last sync,
/// for each folder its names and the changes of names since its last sync. File::sync makes
/// contents durable, not the name; sync_folder makes names durable, not what is in the files.
///
/// A test lets its program run until stop_at() throws Crash out of some call. From then on the
/// process is dead: every call throws Crash, and destructors do nothing. Then either restart() cuts
/// the power and says what became of the unsynced, or kill() ends the process alone, after which
/// all that was written is still seen and still unsynced. Both work at any other moment too. The
/// next process uses the same object; files and locks of an earlier one stay dead for ever.
///
/// The same calls with the same seeds give the same bytes on every machine. There are no links, and
/// the current directory is `/`. Thread-safe. Must outlive its files and locks.
class SimulatedFileSystem final : public FileSystem {
 public:
  [[nodiscard]] std::filesystem::path resolve(const std::filesystem::path& path) override;
  [[nodiscard]] FileType type(const std::filesystem::path& path) override;

  /// Every file here is.
  [[nodiscard]] bool private_to_owner(const std::filesystem::path& path) override;

  [[nodiscard]] std::unique_ptr<File> open(const std::filesystem::path& path,
                                           Access access) override;
  [[nodiscard]] std::size_t read_special(const std::filesystem::path& path,
                                         MutableBytes into) override;
  [[nodiscard]] std::unique_ptr<File> create(const std::filesystem::path& path) override;
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  void remove(const std::filesystem::path& path) override;
  void make_folders(const std::filesystem::path& path) override;
  void sync_folder(const std::filesystem::path& path) override;
  [[nodiscard]] std::vector<std::string> list(const std::filesystem::path& path) override;

  /// The holder is always process 1.
  [[nodiscard]] LockAttempt try_lock(const std::filesystem::path& path) override;

  /// How many calls there were, of this interface and of its files: all but File::path and the
  /// destructors.
  [[nodiscard]] std::uint64_t calls() const;

  /// Where in a call the process stops.
  enum class Stop {
    before,  ///< nothing of it happened
    midway,  ///< of a write the first half happened; anything else all the way, but nobody hears of
             ///< it
  };

  /// Stops the process in the n-th call from now (1: the next). Forgotten at restart() and the
  /// like.
  void stop_at(std::uint64_t n, Stop where = Stop::before);

  /// Whether the process stopped.
  [[nodiscard]] bool crashed() const;

  enum class Failing { once, from_then_on };

  /// Lets the n-th call from now fail with an errno, ENOSPC for example. Of a write the first half
  /// happens all the same. A sync of a file loses everything unsynced: it is seen until the machine
  /// stops, but no later sync makes it durable. A failed sync_folder loses nothing.
  void fail_at(std::uint64_t n, int error = EIO, Failing failing = Failing::once);

  /// Ends what fail_at() began.
  void clear_faults();

  /// How many bytes all files may have together. A write fills the rest before it fails.
  void set_capacity(std::uint64_t bytes);

  /// Whether try_lock says `refused`.
  void refuse_locks(bool refuse);

  /// Files as on an encrypted mount of Gramine: one that a process was writing to again when it
  /// died no longer opens (EACCES), a rename happens in two steps, and the process that dies
  /// between them leaves a source that no longer opens. A new file that it was still writing mostly
  /// opens, as far as it got, but not always.
  enum class Encrypted {
    no,
    new_files_open,
    new_files_lost,
  };
  void encrypt(Encrypted encrypted);

  /// Cuts the power and starts the machine anew. The seed matters for `trashed` and `mixed`.
  void restart(Unsynced how, std::uint64_t seed = 0);

  /// Ends the process alone. A lock's file keeps the dead holder's id.
  void kill();

  /// The disk as it is, what is unsynced included.
  [[nodiscard]] SimulatedDisk snapshot() const;

  /// Ends the process and replaces the disk.
  void put_back(const SimulatedDisk& disk);

  /// A file's contents as they are seen; nothing if there is no such file. Like the functions below
  /// no call of the process: it is never counted, never fails and works when the process is dead.
  [[nodiscard]] std::optional<Buffer> contents(const std::filesystem::path& path) const;

  /// Puts a new file in place of whatever file has the name, folders included. It is durable, and
  /// so become all names in the folder.
  void put(const std::filesystem::path& path, Bytes bytes);

  /// Takes a file away, durably, and so that all names in the folder become durable. There may be
  /// none.
  void erase(const std::filesystem::path& path);

  /// The paths of all files, sorted.
  [[nodiscard]] std::vector<std::filesystem::path> names() const;

 private:
  class OpenFile;
  class HeldLock;

  /// What is to happen in a call that is about to begin.
  struct Verdict {
    int error = 0;
    bool stops = false;
  };

  static constexpr std::uint64_t present_process = 0;
  static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

  [[nodiscard]] Verdict admit(std::uint64_t process);
  static void conclude(const Verdict& verdict, std::string_view doing,
                       const std::filesystem::path& path);

  /// Does `work` as one call of `process`, unless that is to fail or stop.
  template <class Work>
  auto perform(std::string_view doing, const std::filesystem::path& path, Work work,
               std::uint64_t process = present_process);

  [[nodiscard]] FileType type_of(const std::string& plain_path) const;

  /// 0, or the errno for a folder that is none.
  [[nodiscard]] int missing_folder(const std::string& plain_path) const;

  /// Throws on behalf of a call on `path`.
  [[nodiscard]] SimulatedFolder& folder(std::string_view doing, const std::filesystem::path& path,
                                        const std::string& plain_folder);

  [[nodiscard]] std::uint64_t largest_size(const SimulatedInode& inode) const;
  std::size_t write_what_fits(SimulatedInode& inode, std::uint64_t offset, Bytes bytes);
  void for_each_inode(void (SimulatedInode::*act)() noexcept);
  void end_process_on_encrypted();
  void next_process();

  mutable std::mutex mutex_;
  SimulatedDisk disk_;
  std::set<const SimulatedInode*> locked_;
  std::uint64_t process_ = 1;
  std::uint64_t calls_ = 0;
  std::uint64_t stop_at_ = 0;  ///< a number of a call; 0: none
  Stop stop_ = Stop::before;
  bool crashed_ = false;
  std::uint64_t fail_at_ = 0;  ///< a number of a call; 0: none
  int error_ = 0;
  Failing failing_ = Failing::once;
  std::uint64_t capacity_ = unlimited;
  bool refuse_locks_ = false;
  Encrypted encrypted_ = Encrypted::no;
};

template <class Work>
auto SimulatedFileSystem::perform(std::string_view doing, const std::filesystem::path& path,
                                  Work work, std::uint64_t process) {
  const std::scoped_lock lock(mutex_);
  const Verdict verdict = admit(process);
  if (verdict.error != 0) throw failure(doing, path, verdict.error);
  if (!verdict.stops) return work();
  try {
    (void)work();
  } catch (const Error&) {
    throw Crash{};  // a dead process does not hear why it would have failed
  }
  throw Crash{};
}

}  // namespace tidemark::io
