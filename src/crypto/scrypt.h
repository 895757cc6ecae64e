#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace tidemark::crypto {

/// What scrypt takes: 128 * n * r bytes of memory, and time in proportion to n * r * p.
struct ScryptCost {
  std::uint32_t n = 0;  ///< a power of two, above 1
  std::uint32_t r = 0;
  std::uint32_t p = 0;

  bool operator==(const ScryptCost&) const = default;
};

/// scrypt (RFC 7914): 32 bytes from a passphrase. A cost from a file is an attacker's word: whoever
/// passes it on has bounded it. Throws Error (`failed`) where the memory is not there.
[[nodiscard]] Secret32 scrypt(Bytes passphrase, Bytes salt, const ScryptCost& cost);

}  // namespace tidemark::crypto
