#include "key/wrap.h"

#include "crypto/cipher.h"
#include "crypto/hash.h"

namespace tidemark::key {
namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t tag_size = wrapped_size - key_size;

std::unique_ptr<crypto::Sealer> sealer(const Wrapping& with) {
  return crypto::make_sealer(crypto::Cipher::aes_256_gcm,
                             crypto::hkdf_sha256(with.key, with.salt, bytes_of(with.label)));
}

}  // namespace

Buffer wrap(const Wrapping& with, const crypto::Secret32& lineage_key) {
  Buffer wrapped(wrapped_size);
  const MutableBytes sealed(wrapped);
  sealer(with)->seal(0, with.associated, lineage_key.bytes(), sealed.first(key_size),
                     sealed.last(tag_size));
  return wrapped;
}

std::optional<crypto::Secret32> unwrap(const Wrapping& with, Bytes wrapped) {
  crypto::Secret32 lineage_key;
  if (!sealer(with)->open(0, with.associated, wrapped.first(key_size), wrapped.last(tag_size),
                          lineage_key.mutable_bytes())) {
    return std::nullopt;
  }
  return lineage_key;
}

}  // namespace tidemark::key
