#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>

#include "crypto/cipher.h"
#include "crypto/hash.h"
#include "tests/crypto/freed_memory.h"
#include "tests/crypto/hex.h"

namespace tidemark::crypto {
namespace {

constexpr std::string_view digits =
    "8c1f5ae2037d94b6c85e2f19a07bd3461e8fc259b37a04d6f12c6b8e5097dab3";

Secret32 secret_key() {
  Secret32 key;
  std::ranges::copy(hex(digits), key.mutable_bytes().begin());
  return key;
}

TEST(FreedMemory, FindsWhatIsNotWiped) {
  const FreedMemory freed(hex(digits));
  {
    const Buffer left_behind = hex(digits);
  }
  EXPECT_GT(freed.found(), 0);
}

void use(Cipher cipher, const Sealer& sealer) {
  std::array<std::byte, 200> record{};
  Buffer tag(tag_size(cipher));
  sealer.seal(1, {}, record, record, tag);
  EXPECT_TRUE(sealer.open(1, {}, record, tag, record));
}

TEST(FreedMemory, HoldsNoKeyOfASealer) {
  const Secret32 key = secret_key();
  const FreedMemory freed(key.bytes());
  for (const Cipher cipher : {Cipher::aes_256_gcm, Cipher::chacha20_poly1305}) {
    use(cipher, *make_sealer(cipher, key));
    use(cipher, *make_openssl_sealer(cipher, key));
  }
  EXPECT_GT(freed.searched(), 10);
  EXPECT_EQ(freed.found(), 0);
}

TEST(FreedMemory, HoldsNoKeyOfAHash) {
  const Secret32 key = secret_key();
  const FreedMemory freed(key.bytes());
  (void)hmac_sha256(key.bytes(), {bytes_of("text")});
  (void)hkdf_sha256(key.bytes(), {}, bytes_of("text"));
  EXPECT_GT(freed.searched(), 4);
  EXPECT_EQ(freed.found(), 0);
}

TEST(FreedMemory, HoldsNothingDerived) {
  const Secret32 key = secret_key();
  const Secret32 derived = hkdf_sha256(key.bytes(), {}, bytes_of("text"));
  const FreedMemory freed(derived.bytes());
  (void)hkdf_sha256(key.bytes(), {}, bytes_of("text"));
  EXPECT_GT(freed.searched(), 2);
  EXPECT_EQ(freed.found(), 0);
}

TEST(FreedMemory, HoldsNoSecretAndNoSecretBuffer) {
  const Secret32 key = secret_key();
  const FreedMemory freed(key.bytes());
  {
    const auto copied = std::make_unique<Secret32>(key.copy());
  }
  {
    SecretBuffer buffer(1000);
    std::ranges::copy(key.bytes(), buffer.mutable_bytes().begin() + 500);
    const SecretBuffer moved = std::move(buffer);
  }
  EXPECT_EQ(freed.searched(), 2);
  EXPECT_EQ(freed.found(), 0);
}

}  // namespace
}  // namespace tidemark::crypto
