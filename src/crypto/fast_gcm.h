#pragma once

#include <memory>

#include "crypto/cipher.h"

namespace tidemark::crypto {

/// AES-256-GCM with the instructions that encrypt four blocks at once (VAES), through libipsec-mb:
/// the same bytes as OpenSSL's, twice to three times as fast. Null where this build, the processor
/// or the system does not have it.
[[nodiscard]] std::unique_ptr<Sealer> make_fast_gcm(const Secret32& key);

/// Whether make_fast_gcm gives any from now on, in the whole process; what was made stays as it is.
/// For measuring and for tests: the other path is what many machines have.
void use_fast_gcm(bool use) noexcept;

}  // namespace tidemark::crypto
