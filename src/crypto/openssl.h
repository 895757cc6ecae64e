#pragma once

#include <openssl/kdf.h>
#include <openssl/params.h>
#include <tidemark/error.h>

#include <memory>
#include <string>

#include "base/bytes.h"

namespace tidemark::crypto {

/// For calls into OpenSSL that fail only where memory or the library itself is broken.
inline void demand(bool succeeded, const char* operation) {
  if (!succeeded) {
    throw Error(Code::failed, std::string("the cryptographic library cannot do ") + operation,
                "check that there is memory left, and the installation of OpenSSL 3");
  }
}

/// Lets a unique_ptr own what OpenSSL made.
template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

/// Never null, since OpenSSL takes a null pointer for something missing, not for something empty.
inline const unsigned char* data_of(Bytes bytes) noexcept {
  static constexpr unsigned char nothing = 0;
  return bytes.empty() ? &nothing : reinterpret_cast<const unsigned char*>(bytes.data());
}

inline unsigned char* data_of(MutableBytes bytes) noexcept {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

using Kdf = std::unique_ptr<EVP_KDF, Deleter<EVP_KDF_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, Deleter<EVP_KDF_CTX_free>>;

/// OSSL_PARAM takes pointers that are not const, but here OpenSSL only reads through them.
inline OSSL_PARAM octets(const char* name, Bytes bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<unsigned char*>(data_of(bytes)),
                                           bytes.size());
}

}  // namespace tidemark::crypto
