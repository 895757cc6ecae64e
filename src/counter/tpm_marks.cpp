#include "counter/tpm_marks.h"

#include "base/bytes.h"
#include "crypto/hash.h"

namespace tidemark::counter {

TpmExtensions::TpmExtensions(Bytes secret, const Digest& name)
    : key_(crypto::hkdf_sha256(secret, name.bytes, bytes_of("tidemark/1 tpm extension"))) {}

Digest TpmExtensions::by(const Root& root) const {
  return crypto::hmac_sha256(key_.bytes(), {bytes_of("generation"), root.digest.bytes});
}

Digest TpmExtensions::by_birth(const Digest& birth) const {
  return crypto::hmac_sha256(key_.bytes(), {bytes_of("birth"), birth.bytes});
}

Digest TpmExtensions::first(const Digest& birth) const {
  return extended(Digest{}, by_birth(birth));
}

Digest TpmExtensions::extended(const Digest& content, const Digest& by) {
  return crypto::sha256({content.bytes, by.bytes});
}

crypto::Secret32 tpm_authorization(Bytes secret, const Digest& name) {
  return crypto::hkdf_sha256(secret, name.bytes, bytes_of("tidemark/1 tpm authorization"));
}

}  // namespace tidemark::counter
