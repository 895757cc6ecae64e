#include "session/keyring.h"

#include "container/reader.h"

namespace tidemark::session {

SharedKey Keyring::open(const container::FileHead& head,
                        const container::GenerationHeader& header) {
  for (const SharedKey& key : opened_) {
    if (key->lineage() == head.lineage && container::fits(header, *key)) return key;
  }
  const bool plain = head.cipher == crypto::Cipher::none;
  if (plain != without_key() || plain != all_zero(header.key_commitment.bytes)) return nullptr;
  SharedKey key;
  if (plain) {
    key = std::make_shared<container::LineageKey>(head.lineage);
  } else {
    for (const Buffer& slot : header.key_slots) {
      auto secret = unlocker_->open_slot(slot, head.lineage.bytes);
      if (!secret) continue;
      key = std::make_shared<container::LineageKey>(head.lineage, std::move(*secret));
      if (container::fits(header, *key)) break;
      key = nullptr;
    }
  }
  if (key) opened_.push_back(key);
  return key;
}

std::optional<container::CounterSecret> Keyring::open_counter_secret(
    const container::FileHead& head) const {
  if (!head.counter_secret || without_key()) return std::nullopt;
  for (const Buffer& slot : head.counter_secret->key_slots) {
    auto secret = unlocker_->open_slot(slot, head.lineage.bytes);
    if (!secret) continue;
    const container::LineageKey key(head.lineage, std::move(*secret));
    if (auto opened = container::open_counter_secret(*head.counter_secret, key)) {
      return opened;
    }
  }
  return std::nullopt;
}

Keyring::Fresh Keyring::make(const container::LineageId& lineage, Random& random) const {
  if (without_key()) return {std::make_shared<container::LineageKey>(lineage), {}};
  crypto::Secret32 secret;
  random.fill(secret.mutable_bytes());
  std::vector<Buffer> slots{unlocker_->seal_slot(secret, lineage.bytes, random)};
  return {std::make_shared<container::LineageKey>(lineage, std::move(secret)), std::move(slots)};
}

Keyring load_keyring(const key::Source& source, std::string_view lineage, key::Missing missing,
                     io::FileSystem& files, Random& random) {
  if (source.none()) return Keyring(nullptr);
  return Keyring(source.load(lineage, missing, files, random));
}

}  // namespace tidemark::session
