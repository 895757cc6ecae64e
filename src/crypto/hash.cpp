#include "crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>

#include "crypto/openssl.h"

namespace tidemark::crypto {
namespace {

using Md = std::unique_ptr<EVP_MD, Deleter<EVP_MD_free>>;
using MdContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using Mac = std::unique_ptr<EVP_MAC, Deleter<EVP_MAC_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Deleter<EVP_MAC_CTX_free>>;

// OpenSSL's algorithms are looked up once: to do so takes as long as a small hash.

const EVP_MD* sha256_algorithm() {
  static const Md algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  demand(algorithm != nullptr, "SHA-256");
  return algorithm.get();
}

EVP_MAC* hmac_algorithm() {
  static const Mac algorithm(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  demand(algorithm != nullptr, "HMAC");
  return algorithm.get();
}

EVP_KDF* hkdf_algorithm() {
  static const Kdf algorithm(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  demand(algorithm != nullptr, "HKDF");
  return algorithm.get();
}

// As in octets().
OSSL_PARAM use_sha256(const char* name) {
  return OSSL_PARAM_construct_utf8_string(name, const_cast<char*>("SHA256"), 0);
}

}  // namespace

struct Sha256::Context {
  MdContext md{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  demand(context_->md && EVP_DigestInit_ex2(context_->md.get(), sha256_algorithm(), nullptr) == 1,
         "SHA-256");
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(Bytes bytes) {
  demand(EVP_DigestUpdate(context_->md.get(), bytes.data(), bytes.size()) == 1, "SHA-256");
  return *this;
}

Digest Sha256::finish() {
  Digest digest;
  demand(EVP_DigestFinal_ex(context_->md.get(), data_of(MutableBytes(digest.bytes)), nullptr) == 1,
         "SHA-256");
  return digest;
}

Digest sha256(std::initializer_list<Bytes> pieces) {
  Sha256 hash;
  for (const Bytes piece : pieces) hash.update(piece);
  return hash.finish();
}

Digest hmac_sha256(Bytes key, std::initializer_list<Bytes> pieces) {
  const MacContext context(EVP_MAC_CTX_new(hmac_algorithm()));
  const std::array parameters{use_sha256(OSSL_MAC_PARAM_DIGEST), OSSL_PARAM_construct_end()};
  demand(context && EVP_MAC_init(context.get(), data_of(key), key.size(), parameters.data()) == 1,
         "HMAC");
  for (const Bytes piece : pieces) {
    demand(EVP_MAC_update(context.get(), data_of(piece), piece.size()) == 1, "HMAC");
  }
  Digest digest;
  std::size_t size = 0;
  demand(EVP_MAC_final(context.get(), data_of(MutableBytes(digest.bytes)), &size,
                       digest.bytes.size()) == 1 &&
             size == digest.bytes.size(),
         "HMAC");
  return digest;
}

Secret32 hkdf_sha256(Bytes key, Bytes salt, Bytes info) {
  const KdfContext context(EVP_KDF_CTX_new(hkdf_algorithm()));
  const std::array parameters{use_sha256(OSSL_KDF_PARAM_DIGEST), octets(OSSL_KDF_PARAM_KEY, key),
                              octets(OSSL_KDF_PARAM_SALT, salt), octets(OSSL_KDF_PARAM_INFO, info),
                              OSSL_PARAM_construct_end()};
  Secret32 derived;
  demand(context && EVP_KDF_derive(context.get(), data_of(derived.mutable_bytes()),
                                   derived.bytes().size(), parameters.data()) == 1,
         "HKDF");
  return derived;
}

bool equal(Bytes a, Bytes b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace tidemark::crypto
