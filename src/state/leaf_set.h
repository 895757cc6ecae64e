#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tidemark::state {

/// A set of numbers below a size, one bit each. Quick where few are in it: of a gigabyte in leaves
/// of 4 KiB, 4096 words are looked at.
class LeafSet {
 public:
  /// How many leaves share a word. Several threads may insert at once what is below the size and
  /// lies in different words.
  static constexpr std::size_t leaves_in_word = 64;

  struct Run {
    std::size_t first = 0;
    std::size_t end = 0;
    bool operator==(const Run&) const = default;
  };

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// What comes to it is not in the set.
  void resize(std::size_t size);

  /// Grows if it must.
  void insert(Run run);
  void insert(const LeafSet& other);

  /// What is in the set, in order; neighbours are one run.
  [[nodiscard]] std::vector<Run> runs() const;

 private:
  std::size_t size_ = 0;
  std::vector<std::uint64_t> words_{};
};

}  // namespace tidemark::state
