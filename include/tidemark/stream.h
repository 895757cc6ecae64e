#pragma once

#include <cstddef>
#include <cstdint>
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

  /// How many bytes are left.
  [[nodiscard]] virtual std::uint64_t remaining() const noexcept = 0;
};

}  // namespace tidemark
