#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace tidemark::key {

inline constexpr std::size_t slot_salt_size = 32;
inline constexpr std::size_t wrapped_size = 48;  ///< a key of 32 bytes and the tag of 16

/// What wraps a lineage's key inside a slot: AES-256-GCM under a key that HKDF makes from `key`,
/// the slot's salt and the label of its kind. Every slot has a salt of its own and so a key of its
/// own, which seals one record.
struct Wrapping {
  Bytes key;
  Bytes salt;
  std::string_view label;
  Bytes associated;
};

[[nodiscard]] Buffer wrap(const Wrapping& with, const crypto::Secret32& lineage_key);

/// The lineage's key, if `wrapped`, of wrapped_size, is authentic.
[[nodiscard]] std::optional<crypto::Secret32> unwrap(const Wrapping& with, Bytes wrapped);

}  // namespace tidemark::key
