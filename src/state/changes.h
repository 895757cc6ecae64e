#pragma once

#include <tidemark/state.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/executor.h"
#include "crypto/fingerprint.h"
#include "state/leaf_set.h"

namespace tidemark::state {

/// The unit in which changes of memory are found.
inline constexpr std::size_t leaf_size = 4096;

/// A piece of a section.
struct Range {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const Range&) const = default;
};

/// Tells what of a section differs from what was written of it last. It remembers 16 bytes for each
/// leaf, or one bit where the application marks its changes itself. Not thread-safe.
///
/// One after the other: `find` (or `find_all`), the section is written, then `keep` if it is
/// durable, else `forget`. Marks that come between `find` and `keep` count for the next time.
class MemoryChanges {
 public:
  explicit MemoryChanges(Changes how) : how_(how) {}

  /// The application changed these bytes.
  void touch(std::uint64_t offset, std::uint64_t length);

  /// What changed since the last `keep`, in whole leaves, in order, neighbours as one; nothing if
  /// it is as good to write all, because nothing is known, the section is shorter than it was, or
  /// most of it changed.
  [[nodiscard]] std::optional<std::vector<Range>> find(std::span<const std::byte> memory,
                                                       const crypto::Fingerprinter& fingerprinter,
                                                       Executor& executor);

  void keep();
  void forget();

 private:
  struct Attempt {
    std::optional<std::uint64_t> known{};  ///< what length_ was before
    std::uint64_t length = 0;
    LeafSet changed{};
  };

  [[nodiscard]] LeafSet take_marks(std::size_t leaves);
  void compare(std::span<const std::byte> memory, const crypto::Fingerprinter& fingerprinter,
               Executor& executor, LeafSet& changed);

  Changes how_;
  std::optional<std::uint64_t> length_{};  ///< of what is known to be written
  std::vector<crypto::Fingerprint> fingerprints_{};
  LeafSet touched_{};
  std::optional<Attempt> attempt_{};  ///< between `find` and `keep`
};

/// The same for a section that is serialized: it changed as a whole, or not at all.
class ObjectChanges {
 public:
  /// What was written last, if that is known.
  struct Known {
    crypto::Fingerprint fingerprint{};
    std::uint64_t length = 0;
    bool operator==(const Known&) const = default;
  };

  [[nodiscard]] const std::optional<Known>& known() const noexcept { return known_; }
  void attempt(const Known& written) { attempted_ = written; }
  void keep() noexcept { known_ = attempted_; }
  void forget() noexcept { known_.reset(); }

 private:
  std::optional<Known> known_{};
  std::optional<Known> attempted_{};
};

}  // namespace tidemark::state
