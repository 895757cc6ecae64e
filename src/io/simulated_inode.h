#pragma once

#include <cstdint>
#include <random>
#include <variant>
#include <vector>

#include "base/bytes.h"

namespace tidemark::io {

/// What a power cut does to what was not synced.
enum class Unsynced {
  kept,     ///< all of it became durable
  dropped,  ///< none of it did
  trashed,  ///< sizes and names became durable, but what was written is random bytes
  mixed,    ///< each piece is kept, dropped or trashed for itself, as the dice fall
};

/// The same on every machine for the same seed, but only as long as no std::…_distribution, which
/// each library makes its own way, comes between.
using Dice = std::mt19937_64;

/// One file of a simulated disk, without its name: what is read now, what is durable, and how the
/// one came from the other.
class SimulatedInode {
 public:
  [[nodiscard]] Bytes contents() const noexcept { return current_; }

  void write(std::uint64_t offset, Bytes bytes);
  void resize(std::uint64_t size);

  /// Everything so far becomes durable, except what was forgotten.
  void sync();

  /// What was not synced yet stays readable until the machine stops, but no sync makes it durable
  /// any more: what a kernel does after it could not write.
  void forget() noexcept { unsynced_.clear(); }

  /// Only what is durable after a power cut is left.
  void settle(Unsynced how, Dice& dice);

  /// On an encrypted mount: a file that was whole once and is not synced when its process ends no
  /// longer opens, and perhaps no file that is not synced; nor, after a power cut, one whose header
  /// a rename had rewritten.
  void lose_if_rewritten() noexcept { lost_ |= whole_once_ && !unsynced_.empty(); }
  void lose_if_unsynced() noexcept { lost_ |= !unsynced_.empty(); }
  void rewrite_header() noexcept { header_unsynced_ = true; }
  void lose() noexcept { lost_ = true; }
  void lose_unsynced_header() noexcept { lost_ |= header_unsynced_; }
  [[nodiscard]] bool lost() const noexcept { return lost_; }

 private:
  struct Write {
    std::uint64_t offset = 0;
    Buffer bytes{};
  };
  struct Resize {
    std::uint64_t size = 0;
  };
  using Edit = std::variant<Write, Resize>;

  void settle_edit(Write& write, Unsynced how, std::uint64_t kept_of_8, Dice& dice);
  void settle_edit(const Resize& resize, Unsynced how, std::uint64_t kept_of_8, Dice& dice);

  Buffer current_;
  Buffer durable_;
  std::vector<Edit> unsynced_;  ///< in order, since the last sync
  bool whole_once_ = false;     ///< synced before
  bool header_unsynced_ = false;
  bool lost_ = false;
};

}  // namespace tidemark::io
