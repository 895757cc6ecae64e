#pragma once

#include <memory>

#include "container/format.h"
#include "crypto/cipher.h"
#include "crypto/secret.h"

/// The keys that a lineage's key is turned into, each for one use: the table of labels in
/// docs/format.md.
namespace tidemark::container {

/// A lineage's key and the id that it is bound to; or no key, for cipher `none`.
class LineageKey {
 public:
  /// No key.
  explicit LineageKey(const LineageId& lineage) : lineage_(lineage) {}
  LineageKey(const LineageId& lineage, crypto::Secret32 secret);

  [[nodiscard]] const LineageId& lineage() const noexcept { return lineage_; }
  [[nodiscard]] bool present() const noexcept { return secret_.has_value(); }

  /// For key::Unlocker::seal_slot. There must be a key.
  [[nodiscard]] const crypto::Secret32& secret() const { return secret_.value(); }

  /// Stands for this key and no other, without telling it. Zeros without a key.
  [[nodiscard]] const Digest& commitment() const noexcept { return commitment_; }

  /// Authenticates a note. Zeros without a key.
  [[nodiscard]] Digest authenticate(const Note& note) const;

 private:
  LineageId lineage_;
  std::optional<crypto::Secret32> secret_{};
  Digest commitment_{};
  crypto::Secret32 note_key_{};
};

/// What a counter must be told before it answers about a lineage.
struct CounterSecret {
  crypto::Secret32 secret{};
  Digest identity{};  ///< of the counter, as it was at the birth
};

/// `key_slots` wrap `key`, of which there must be one. `salt` is fresh randomness: a lineage may
/// come to another counter, with another secret.
[[nodiscard]] SealedSecret seal_counter_secret(const CounterSecret& secret, const LineageKey& key,
                                               std::vector<Buffer> key_slots,
                                               const std::array<std::byte, 32>& salt);

/// Nothing if it was sealed under another key.
[[nodiscard]] std::optional<CounterSecret> open_counter_secret(const SealedSecret& sealed,
                                                               const LineageKey& key);

/// What seals the parts of one generation.
struct GenerationSealers {
  std::unique_ptr<crypto::Sealer> records;
  std::unique_ptr<crypto::Sealer> index;
};

[[nodiscard]] GenerationSealers make_sealers(crypto::Cipher cipher, const LineageKey& key,
                                             Bytes salt);

/// What binds a record to its place: its lineage, generation, section and position.
[[nodiscard]] Buffer record_context(const LineageId& lineage, Bytes salt, std::uint32_t section,
                                    std::uint64_t offset);

}  // namespace tidemark::container
