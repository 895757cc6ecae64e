#include "crypto/base64.h"

#include <openssl/evp.h>

#include "crypto/openssl.h"

namespace tidemark::crypto {

std::string to_base64(Bytes bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // OpenSSL ends it with a zero
  const int size = EVP_EncodeBlock(data_of(std::as_writable_bytes(std::span(text))), data_of(bytes),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(data_of(std::as_writable_bytes(std::span(bytes))),
                                   data_of(bytes_of(text)), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  // OpenSSL takes the padding for zeros.
  const std::size_t padding = text.ends_with("==") ? 2 : std::size_t{text.ends_with('=')};
  bytes.resize(static_cast<std::size_t>(size) - padding);
  if (to_base64(bytes_of(bytes)) != text) return std::nullopt;  // it passes over white space
  return bytes;
}

}  // namespace tidemark::crypto
