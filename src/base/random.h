#pragma once

#include <tidemark/counter.h>

#include <array>
#include <cstddef>

#include "base/bytes.h"

namespace tidemark {

/// A source of random bytes, unpredictable outside tests. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(MutableBytes into) = 0;

  [[nodiscard]] Digest digest();

  template <std::size_t N>
  [[nodiscard]] std::array<std::byte, N> array() {
    std::array<std::byte, N> value{};
    fill(value);
    return value;
  }
};

/// Asks the kernel at every call (getrandom), never a generator inside the process: a virtual
/// machine that is resumed twice from one image must not draw the same salts.
class SystemRandom final : public Random {
 public:
  void fill(MutableBytes into) override;
};

}  // namespace tidemark
