#pragma once

#include <tidemark/counter.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "base/random.h"
#include "counter/slot.h"
#include "io/file_system.h"

namespace tidemark::counter {

/// What a counter of files needs of the outside world.
struct Surroundings {
  io::FileSystem& files;
  Clock& clock;
  Random& random;
};

/// One lineage's mark, in a file of two slots (see Slot), 8192 bytes, written in turn: of those
/// that are whole, the one with the higher sequence number counts, and an advance overwrites the
/// other. So an advance is one write and one sync, without a change of size, and a torn write never
/// touches the mark that counts.
///
/// The birth is written and synced under another name (the file's, a dot and 16 hexadecimal
/// digits), in both slots, and then renamed. So a crash never leaves a file that is empty, of
/// another size or without a whole slot: such a file is damaged, and never taken for absent.
///
/// What is read may be in memory only, left by a process that was killed before its sync; a power
/// cut would take it back. So file and folder are synced before it counts. A sync that fails may
/// lose what it could not write, and leave it to be read and the next sync to succeed for nothing:
/// then the file is written anew, like a birth. If that fails too, only this object knows: another
/// process would believe the file, should the disk work again without a restart.
///
/// Each call holds a lock on the file's name with `.lock`, and waits for it up to 8 seconds. Where
/// the file system refuses locks only threads exclude each other. Thread-safe.
class LineageFile {
 public:
  /// `id` is the SHA-256 of the lineage's name.
  LineageFile(const Surroundings& surroundings, std::filesystem::path folder, const Digest& id);

  /// As Counter says, with Error (`failed` or `counter_unavailable`).
  [[nodiscard]] std::optional<CounterReading> read();
  [[nodiscard]] std::optional<Conflict> advance(const std::optional<Mark>& from, const Mark& to);

 private:
  /// The exclusion of other threads and processes.
  struct Held {
    std::unique_lock<std::timed_mutex> thread;
    std::unique_ptr<io::Lock> process;  ///< none where the file system refuses locks
  };

  /// The slot that counts.
  struct Found {
    std::unique_ptr<io::File> file;
    Slot slot{};
    std::size_t slot_index = 0;
  };

  [[nodiscard]] bool absent() const;
  [[nodiscard]] Held hold();
  [[nodiscard]] std::optional<Found> find() const;
  [[nodiscard]] std::optional<Found> find_durable(const Held& held);
  [[nodiscard]] Slot sync(const Held& held, io::File& file, const Slot& slot);
  [[nodiscard]] Slot write_anew(const Held& held, const Slot& slot);
  void remove_leftovers() const;
  void remove_if_possible(const std::filesystem::path& path) const;

  io::FileSystem& files_;
  Clock& clock_;
  Random& random_;
  std::filesystem::path folder_;
  std::filesystem::path file_;
  std::filesystem::path lock_;
  Digest id_;
  std::timed_mutex mutex_;         ///< held during every call; guards what follows
  std::optional<Slot> durable_{};  ///< what is durable for certain: found again, it needs no sync
  bool doubted_ = false;           ///< a sync failed: no other proves anything
};

}  // namespace tidemark::counter
