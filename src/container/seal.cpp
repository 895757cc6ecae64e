#include "container/seal.h"

#include <algorithm>

#include "base/coding.h"
#include "crypto/hash.h"

namespace tidemark::container {

LineageKey::LineageKey(const LineageId& lineage, crypto::Secret32 secret)
    : lineage_(lineage), secret_(std::move(secret)) {
  const auto derive = [&](std::string_view label) {
    return crypto::hkdf_sha256(secret_->bytes(), lineage_.bytes, bytes_of(label));
  };
  commitment_ = Decoder(derive("tidemark/1 commitment").bytes(), "a commitment").digest();
  note_key_ = derive("tidemark/1 note");
}

Digest LineageKey::authenticate(const Note& note) const {
  if (!secret_) return {};
  Encoder fields;
  fields.digest(note.counter_id);
  fields.mark(note.mark);
  return crypto::hmac_sha256(note_key_.bytes(), {fields.bytes()});
}

namespace {

/// The salt makes a key for one message, so that its number is always the same.
std::unique_ptr<crypto::Sealer> counter_secret_sealer(const LineageKey& key, Bytes salt) {
  return crypto::make_sealer(
      crypto::Cipher::aes_256_gcm,
      crypto::hkdf_sha256(key.secret().bytes(), salt, bytes_of("tidemark/1 counter secret")));
}

constexpr std::size_t tag_size = 16;

}  // namespace

SealedSecret seal_counter_secret(const CounterSecret& secret, const LineageKey& key,
                                 std::vector<Buffer> key_slots,
                                 const std::array<std::byte, 32>& salt) {
  crypto::SecretBuffer plain(64);
  std::ranges::copy(secret.secret.bytes(), plain.mutable_bytes().begin());
  std::ranges::copy(secret.identity.bytes, plain.mutable_bytes().begin() + 32);
  SealedSecret sealed{std::move(key_slots), salt};
  const MutableBytes all(sealed.sealed);
  counter_secret_sealer(key, salt)->seal(0, key.lineage().bytes, plain.bytes(), all.first<64>(),
                                         all.last<tag_size>());
  return sealed;
}

std::optional<CounterSecret> open_counter_secret(const SealedSecret& sealed,
                                                 const LineageKey& key) {
  crypto::SecretBuffer plain(64);
  const Bytes all(sealed.sealed);
  if (!counter_secret_sealer(key, sealed.salt)
           ->open(0, key.lineage().bytes, all.first<64>(), all.last<tag_size>(),
                  plain.mutable_bytes())) {
    return std::nullopt;
  }
  CounterSecret secret;
  std::ranges::copy(plain.bytes().first<32>(), secret.secret.mutable_bytes().begin());
  std::ranges::copy(plain.bytes().last<32>(), secret.identity.bytes.begin());
  return secret;
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
