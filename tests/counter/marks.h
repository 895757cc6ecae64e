#pragma once

#include <tidemark/counter.h>

#include <cstddef>
#include <cstdint>

namespace tidemark::counter {

/// A mark that no other arguments give.
inline Mark mark_of(std::uint64_t value, std::uint8_t variant = 0) {
  Mark mark{.value = value};
  mark.digest.bytes.fill(std::byte{0x5a});
  mark.digest.bytes[0] = std::byte{variant};
  for (std::size_t i = 0; i < 8; ++i) {
    mark.digest.bytes[i + 1] = static_cast<std::byte>(value >> (8 * i));
  }
  return mark;
}

}  // namespace tidemark::counter
