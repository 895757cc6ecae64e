#include "by_hand.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cereal/archives/binary.hpp>
#include <cereal/types/vector.hpp>
#include <fstream>
#include <memory>
#include <span>
#include <sstream>
#include <stdexcept>

namespace bench {
namespace {

using Tag = std::array<unsigned char, 16>;

constexpr std::size_t most_at_once = std::size_t{1} << 30;  // OpenSSL counts in int

void demand(bool holds) {
  if (!holds) throw std::runtime_error("OpenSSL refuses");
}

/// In place.
Tag encrypt(std::string& text) {
  const std::array<unsigned char, 32> key{};
  const std::array<unsigned char, 12> nonce{};
  Tag tag{};
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&::EVP_CIPHER_CTX_free)> context(
      ::EVP_CIPHER_CTX_new(), &::EVP_CIPHER_CTX_free);
  demand(context && ::EVP_EncryptInit_ex(context.get(), ::EVP_aes_256_gcm(), nullptr, key.data(),
                                         nonce.data()) == 1);
  std::span bytes(reinterpret_cast<unsigned char*>(text.data()), text.size());
  int done = 0;
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), most_at_once));
    demand(::EVP_EncryptUpdate(context.get(), part.data(), &done, part.data(),
                               static_cast<int>(part.size())) == 1);
    bytes = bytes.subspan(part.size());
  }
  demand(::EVP_EncryptFinal_ex(context.get(), tag.data(), &done) == 1 &&
         ::EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()),
                               tag.data()) == 1);
  return tag;
}

}  // namespace

void save_by_hand(const std::filesystem::path& path, const Numbers& numbers) {
  std::ostringstream stream;
  {
    cereal::BinaryOutputArchive archive(stream);
    archive(numbers);
  }
  std::string text = std::move(stream).str();
  const Tag tag = encrypt(text);
  {
    std::ofstream file(path, std::ios::binary);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.write(reinterpret_cast<const char*>(tag.data()), static_cast<std::streamsize>(tag.size()));
    if (!file.flush()) throw std::runtime_error("the disk refuses");
  }
  sync(path);
}

}  // namespace bench
