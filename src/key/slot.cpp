#include "key/slot.h"

#include "base/coding.h"
#include "crypto/cipher.h"
#include "crypto/hash.h"

namespace tidemark::key {
namespace {

// kind (u8) | salt | lineage's key, sealed | tag. Kind 2 is kept for a passphrase with scrypt.
constexpr std::uint8_t raw_kind = 1;
constexpr std::size_t salt_size = 32;
constexpr std::size_t key_size = 32;
constexpr std::size_t tag_size = 16;
constexpr std::size_t slot_size = sizeof raw_kind + salt_size + key_size + tag_size;

class RawUnlocker final : public Unlocker {
 public:
  explicit RawUnlocker(crypto::Secret32 key) : key_(std::move(key)) {}

  [[nodiscard]] Buffer seal_slot(const crypto::Secret32& lineage_key, Bytes context,
                                 Random& random) const override {
    const auto salt = random.array<salt_size>();
    Buffer wrapped(key_size + tag_size);
    const MutableBytes sealed(wrapped);
    sealer(salt)->seal(0, associated(context), lineage_key.bytes(), sealed.first(key_size),
                       sealed.last(tag_size));
    Encoder slot;
    slot.number(raw_kind);
    slot.raw(salt);
    slot.raw(wrapped);
    return slot.take();
  }

  [[nodiscard]] std::optional<crypto::Secret32> open_slot(Bytes slot,
                                                          Bytes context) const override {
    if (slot.size() != slot_size || slot.front() != std::byte{raw_kind}) return std::nullopt;
    const Bytes salt = slot.subspan(1, salt_size);
    const Bytes sealed = slot.subspan(1 + salt_size, key_size);
    crypto::Secret32 lineage_key;
    if (!sealer(salt)->open(0, associated(context), sealed, slot.last(tag_size),
                            lineage_key.mutable_bytes())) {
      return std::nullopt;
    }
    return lineage_key;
  }

 private:
  /// Every slot has a salt of its own and so a key of its own, which seals one record.
  [[nodiscard]] std::unique_ptr<crypto::Sealer> sealer(Bytes salt) const {
    return crypto::make_sealer(
        crypto::Cipher::aes_256_gcm,
        crypto::hkdf_sha256(key_.bytes(), salt, bytes_of("tidemark/1 slot")));
  }

  static Buffer associated(Bytes context) {
    Encoder bytes;
    bytes.number(raw_kind);
    bytes.raw(context);
    return bytes.take();
  }

  crypto::Secret32 key_;
};

}  // namespace

std::unique_ptr<Unlocker> raw_unlocker(crypto::Secret32 key) {
  return std::make_unique<RawUnlocker>(std::move(key));
}

}  // namespace tidemark::key
