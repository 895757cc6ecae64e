#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "container/scan.h"
#include "container/seal.h"
#include "key/source.h"

namespace tidemark::session {

using SharedKey = std::shared_ptr<const container::LineageKey>;

/// Opens the lineage's key that a generation was sealed under, with the key that the program was
/// given. Remembers what it opened.
class Keyring {
 public:
  /// `unlocker` is empty where the program wants no key.
  explicit Keyring(std::unique_ptr<key::Unlocker> unlocker) : unlocker_(std::move(unlocker)) {}

  /// Nothing if the given key does not open this generation, or if only one of the two goes without
  /// encryption.
  [[nodiscard]] SharedKey open(const container::FileHead& head,
                               const container::GenerationHeader& header);

  /// What the head of a file says to the counter. Nothing if it says nothing, or not for this key.
  [[nodiscard]] std::optional<container::CounterSecret> open_counter_secret(
      const container::FileHead& head) const;

  [[nodiscard]] bool without_key() const noexcept { return unlocker_ == nullptr; }

  /// A fresh key for a new lineage and the slots that hold it; without a key neither.
  struct Fresh {
    SharedKey key;
    std::vector<Buffer> slots;
  };
  [[nodiscard]] Fresh make(const container::LineageId& lineage, Random& random) const;

 private:
  std::unique_ptr<key::Unlocker> unlocker_;
  std::vector<SharedKey> opened_;
};

/// Loads the key that `source` names. Throws Error (`wrong_key`).
[[nodiscard]] Keyring load_keyring(const key::Source& source, std::string_view lineage,
                                   key::Missing missing, io::FileSystem& files, Random& random);

}  // namespace tidemark::session
