#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace tidemark {

/// Takes bytes in order. Not thread-safe.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Takes all of `bytes`, which may be reused as soon as it returns. Throws Error where they
  /// cannot be kept.
  virtual void write(std::span<const std::byte> bytes) = 0;
};

/// Gives authenticated bytes in order, a known number of them. Not thread-safe.
class Source {
 public:
  virtual ~Source() = default;

  /// Fills all of `into`. Throws Error where fewer bytes remain (`damaged`) or they cannot be read.
  virtual void read(std::span<std::byte> into) = 0;

  /// The same for storage that grows meanwhile, as that of a std::vector which was reserved: before
  /// anything behind the first `n` bytes is touched, `grow(m)` is called, m > n. It is called with
  /// ever larger numbers, the last one being all, by one thread at a time, but not always the same.
  /// What it writes there is still in the processor's cache when it is read over.
  virtual void read_growing(std::span<std::byte> into,
                            const std::function<void(std::size_t)>& grow) {
    grow(into.size());
    read(into);
  }

  /// How many bytes are left.
  [[nodiscard]] virtual std::uint64_t remaining() const noexcept = 0;
};

}  // namespace tidemark
