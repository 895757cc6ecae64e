#include "crypto/secret.h"

#include <openssl/crypto.h>

namespace tidemark::crypto {

void wipe(MutableBytes bytes) noexcept { OPENSSL_cleanse(bytes.data(), bytes.size()); }

}  // namespace tidemark::crypto
