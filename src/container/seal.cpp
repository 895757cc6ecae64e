#include "container/seal.h"

#include "base/coding.h"
#include "crypto/hash.h"

namespace tidemark::container {

Digest LineageKey::commitment() const {
  if (!secret_) return {};
  const auto derived =
      crypto::hkdf_sha256(secret_->bytes(), lineage_.bytes, bytes_of("tidemark/1 commitment"));
  return Decoder(derived.bytes(), "a commitment").digest();
}

Digest LineageKey::authenticate(const Note& note) const {
  if (!secret_) return {};
  const auto derived =
      crypto::hkdf_sha256(secret_->bytes(), lineage_.bytes, bytes_of("tidemark/1 note"));
  Encoder fields;
  fields.digest(note.counter_id);
  fields.mark(note.mark);
  return crypto::hmac_sha256(derived.bytes(), {fields.bytes()});
}

GenerationSealers make_sealers(crypto::Cipher cipher, const LineageKey& key, Bytes salt) {
  if (!key.present()) {
    const crypto::Secret32 unused;
    return {crypto::make_sealer(cipher, unused), crypto::make_sealer(cipher, unused)};
  }
  const auto derive = [&](std::string_view label) {
    return crypto::make_sealer(cipher,
                               crypto::hkdf_sha256(key.secret().bytes(), salt, bytes_of(label)));
  };
  return {derive("tidemark/1 records"), derive("tidemark/1 index")};
}

Buffer record_context(const LineageId& lineage, Bytes salt, std::uint32_t section,
                      std::uint64_t offset) {
  Encoder fields;
  fields.raw(lineage.bytes);
  fields.raw(salt);
  fields.number(section);
  fields.number(offset);
  return fields.take();
}

}  // namespace tidemark::container
