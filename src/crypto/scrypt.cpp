#include "crypto/scrypt.h"

#include <openssl/core_names.h>

#include <array>

#include "crypto/openssl.h"

namespace tidemark::crypto {

Secret32 scrypt(Bytes passphrase, Bytes salt, const ScryptCost& cost) {
  const Kdf kdf(EVP_KDF_fetch(nullptr, "SCRYPT", nullptr));
  demand(kdf != nullptr, "scrypt");
  const KdfContext context(EVP_KDF_CTX_new(kdf.get()));
  std::uint64_t n = cost.n;
  std::uint32_t r = cost.r;
  std::uint32_t p = cost.p;
  // What it needs and no more; its own limit is below what is right today.
  std::uint64_t memory = 128 * std::uint64_t{r} * (n + p + 2);
  const std::array parameters{octets(OSSL_KDF_PARAM_PASSWORD, passphrase),
                              octets(OSSL_KDF_PARAM_SALT, salt),
                              OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
                              OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
                              OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
                              OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
                              OSSL_PARAM_construct_end()};
  Secret32 derived;
  demand(context && EVP_KDF_derive(context.get(), data_of(derived.mutable_bytes()),
                                   derived.bytes().size(), parameters.data()) == 1,
         "scrypt");
  return derived;
}

}  // namespace tidemark::crypto
