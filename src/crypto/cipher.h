#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace tidemark::crypto {

/// How records are sealed. The numbers stand in the file.
enum class Cipher : std::uint8_t {
  none = 0,         ///< not encrypted; SHA-256 over associated data and record in place of a tag
  aes_256_gcm = 1,  ///< NIST SP 800-38D, 16-byte tag
  chacha20_poly1305 = 2,  ///< RFC 8439, 16-byte tag
};

[[nodiscard]] std::string_view name(Cipher cipher) noexcept;

/// AES-256-GCM where the processor is known to have AES instructions (x86), else ChaCha20-Poly1305.
[[nodiscard]] Cipher preferred_cipher() noexcept;

/// 16 for the two ciphers, 32 for none.
[[nodiscard]] std::size_t tag_size(Cipher cipher) noexcept;

/// Seals and opens records under one key. Safe to use from several threads at once.
class Sealer {
 public:
  virtual ~Sealer() = default;

  /// Seals `plain` as record `number`: no number may be sealed twice under one key with different
  /// contents. `sealed` has the size of `plain` and may be the same memory; `tag` has tag_size().
  /// The nonce is `number` as 12 little-endian bytes.
  virtual void seal(std::uint64_t number, Bytes associated, Bytes plain, MutableBytes sealed,
                    MutableBytes tag) const = 0;

  /// Opens what seal() made, and says whether it is authentic. If not, `plain` holds nothing of it.
  /// `plain` has the size of `sealed` and may be the same memory.
  [[nodiscard]] virtual bool open(std::uint64_t number, Bytes associated, Bytes sealed, Bytes tag,
                                  MutableBytes plain) const = 0;
};

/// The fastest that this machine has; all give the same bytes. For `none` the key is not used.
[[nodiscard]] std::unique_ptr<Sealer> make_sealer(Cipher cipher, const Secret32& key);

/// The one that every machine has.
[[nodiscard]] std::unique_ptr<Sealer> make_openssl_sealer(Cipher cipher, const Secret32& key);

}  // namespace tidemark::crypto
