#pragma once

#include <tidemark/progress.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/executor.h"
#include "base/random.h"
#include "container/format.h"
#include "container/seal.h"
#include "crypto/cipher.h"
#include "io/write_behind.h"

namespace tidemark::container {

/// How a generation is sealed.
struct Sealing {
  const FileHead& head;
  const LineageKey& key;
  Executor& executor;
  Random& random;
  ProgressCallback progress{};
  std::vector<Buffer>* spare = nullptr;  ///< buffers to use, which come back: new memory is slow
};

/// Where a generation is written.
struct WriteTarget {
  io::File& file;
  std::uint64_t offset = 0;  ///< a multiple of block_size; nothing needed lies there or behind
  std::function<void(std::uint64_t)> written{};  ///< told how many bytes of what was held
};

/// Keeps what is sealed in memory, until it is said where it is to be written.
struct Holding {
  std::uint64_t most = 0;            ///< how many bytes, a batch more or less
  std::function<void()> overflow{};  ///< called when that is full: says where they are written
};

/// The bytes of a generation on their way into the file: cut into records, sealed by all threads at
/// once, and written in large pieces by another thread meanwhile, if there is more than one. Takes
/// `WriteBehind::buffers` times `batch_size`, whatever the size of the state, unless it is held;
/// what fits into one batch is one write in the calling thread. After an exception nothing but the
/// destructor may be called.
class RecordStream {
 public:
  static constexpr std::size_t batch_size = 4 * record_size;

  /// Begins with room for the header. `records` must outlive this. Without `holding`, what is
  /// written to comes before the first byte.
  RecordStream(const Sealing& sealing, const crypto::Sealer& records, Bytes salt,
               std::size_t header_size, std::optional<Holding> holding);

  /// What is ready goes there, by `where`, and so does all that follows. Once.
  void write_to(const WriteTarget& target, io::WriteBehind::Where where);
  [[nodiscard]] const std::optional<WriteTarget>& target() const noexcept { return target_; }

  /// What is taken next are the bytes of section number `section` from `offset` on.
  void begin_run(std::uint32_t section, std::uint64_t offset);
  void take(Bytes bytes);

  /// The same for a run as a whole, which stays as it is until `end_borrowing`: no copy is made.
  /// Nothing may be taken in between.
  void borrow(Bytes run);
  void end_borrowing();

  /// Where in its section the next byte would stand.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

  /// Seals what is left. Returns the tags of all records, which are complete now.
  [[nodiscard]] Buffer seal_rest();

  /// How long header and records are.
  [[nodiscard]] std::uint64_t size() const noexcept { return batch_offset_ + used_; }

  /// Writes all that is left, `index` and zeros up to `length` bytes behind it, and last of all
  /// `header`.
  void finish(Bytes header, Bytes index, std::uint64_t length);

 private:
  struct Record {
    std::size_t batch = 0;  ///< how many were held before it
    std::size_t start = 0;  ///< in the batch
    std::size_t size = 0;
    std::uint32_t section = 0;
    std::uint64_t section_offset = 0;
    const std::byte* lies = nullptr;  ///< where its plain bytes are, if not in the batch
  };

  struct Held {
    Buffer buffer;
    std::size_t size = 0;
  };

  [[nodiscard]] Bytes next_piece(Bytes bytes);
  void begin_record(std::uint64_t still_to_come);
  [[nodiscard]] MutableBytes extend(std::size_t size);
  void seal_whole_records();
  void seal_records(std::size_t number);
  [[nodiscard]] std::vector<std::size_t> shares_of(std::size_t number) const;
  void seal(const Record& record, std::uint64_t number, MutableBytes tag);
  [[nodiscard]] MutableBytes place_of(const Record& record);
  void pass_batch_on(std::uint64_t still_to_come);
  void hold_batch();
  void write_batch(std::uint64_t still_to_come);
  [[nodiscard]] Buffer take_spare() const;
  void give_back(Buffer buffer) const;
  void write_held();

  Sealing sealing_;
  const crypto::Sealer& sealer_;
  Buffer salt_;
  std::size_t tag_size_;
  Buffer tags_;

  Buffer batch_;                    ///< larger than what is used of it
  std::size_t used_ = 0;            ///< not yet written; the first batch begins with the header
  std::uint64_t batch_offset_ = 0;  ///< in the generation
  std::vector<Record> records_;     ///< not yet sealed; the last one may still grow
  std::uint64_t sealed_records_ = 0;

  std::uint32_t section_ = 0;
  std::uint64_t position_ = 0;
  bool at_run_start_ = false;
  std::uint64_t bytes_done_ = 0;

  std::optional<Holding> holding_;
  std::vector<Held> held_{};
  std::uint64_t held_size_ = 0;

  std::optional<WriteTarget> target_{};
  io::WriteBehind::Where where_{};
  std::optional<io::WriteBehind> behind_;  ///< from the second batch on
};

}  // namespace tidemark::container
