#pragma once

#include <tidemark/counter.h>

#include <initializer_list>
#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace tidemark::crypto {

/// SHA-256 (FIPS 180-4) over bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(Bytes bytes);

  /// The digest of all so far. Nothing may follow it.
  [[nodiscard]] Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// SHA-256 of the pieces, one after the other.
[[nodiscard]] Digest sha256(std::initializer_list<Bytes> pieces);

/// HMAC-SHA-256 (RFC 2104) of the pieces, one after the other.
[[nodiscard]] Digest hmac_sha256(Bytes key, std::initializer_list<Bytes> pieces);

/// HKDF-SHA-256 (RFC 5869), both steps. `info` says what the result is for: one of the labels in
/// docs/format.md, perhaps with bytes behind it.
[[nodiscard]] Secret32 hkdf_sha256(Bytes key, Bytes salt, Bytes info);

/// Whether both are the same, in a time that depends on their sizes alone.
[[nodiscard]] bool equal(Bytes a, Bytes b) noexcept;

}  // namespace tidemark::crypto
