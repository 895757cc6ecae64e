#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tidemark::crypto {

inline constexpr std::size_t nonce_size = 12;

/// A record's number as 12 little-endian bytes.
[[nodiscard]] inline std::array<unsigned char, nonce_size> nonce_of(std::uint64_t number) {
  std::array<unsigned char, nonce_size> nonce{};
  for (std::size_t i = 0; i < sizeof number; ++i) {
    nonce[i] = static_cast<unsigned char>(number >> (8 * i));
  }
  return nonce;
}

}  // namespace tidemark::crypto
