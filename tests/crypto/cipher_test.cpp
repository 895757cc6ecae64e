#include "crypto/cipher.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <tidemark/error.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "base/coding.h"
#include "crypto/hash.h"
#include "crypto/openssl.h"
#include "tests/crypto/hex.h"

namespace tidemark::crypto {
namespace {

constexpr std::array ciphers{Cipher::none, Cipher::aes_256_gcm, Cipher::chacha20_poly1305};

Secret32 secret(Bytes bytes) {
  Secret32 key;
  std::ranges::copy(bytes, key.mutable_bytes().begin());
  return key;
}

Secret32 counting_key() {
  Secret32 key;
  for (std::size_t i = 0; i < 32; ++i) key.mutable_bytes()[i] = static_cast<std::byte>(3 * i + 1);
  return key;
}

Buffer pattern(std::size_t size) {
  Buffer bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + i / 251);
  return bytes;
}

struct Sealed {
  Buffer data;
  Buffer tag;
  bool operator==(const Sealed&) const = default;
};

Sealed seal(const Sealer& sealer, Cipher cipher, std::uint64_t number, Bytes associated,
            Bytes plain) {
  Sealed sealed{Buffer(plain.size()), Buffer(tag_size(cipher))};
  sealer.seal(number, associated, plain, sealed.data, sealed.tag);
  return sealed;
}

/// Another way to the same: OpenSSL called directly, with any nonce.
Sealed reference(const EVP_CIPHER* algorithm, Bytes key, Bytes nonce, Bytes associated,
                 Bytes plain) {
  Sealed sealed{Buffer(plain.size()), Buffer(16)};
  const std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>> context(EVP_CIPHER_CTX_new());
  int size = 0;
  EXPECT_EQ(EVP_EncryptInit_ex(context.get(), algorithm, nullptr, data_of(key), data_of(nonce)), 1);
  EXPECT_EQ(EVP_EncryptUpdate(context.get(), nullptr, &size, data_of(associated),
                              static_cast<int>(associated.size())),
            1);
  EXPECT_EQ(EVP_EncryptUpdate(context.get(), data_of(MutableBytes(sealed.data)), &size,
                              data_of(plain), static_cast<int>(plain.size())),
            1);
  EXPECT_EQ(EVP_EncryptFinal_ex(context.get(), data_of(MutableBytes(sealed.tag)), &size), 1);
  EXPECT_EQ(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, sealed.tag.data()), 1);
  return sealed;
}

// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 13 and 14: their nonce is
// ours for record 0.
TEST(Cipher, Aes256GcmMatchesPublishedVectors) {
  const auto sealer = make_sealer(Cipher::aes_256_gcm, Secret32());
  const Sealed empty = seal(*sealer, Cipher::aes_256_gcm, 0, {}, {});
  EXPECT_EQ(to_hex(empty.tag), "530f8afbc74536b9a963b4f1c4cb738b");
  const Sealed block = seal(*sealer, Cipher::aes_256_gcm, 0, {}, Buffer(16));
  EXPECT_EQ(to_hex(block.data), "cea7403d4d606b6e074ec5d3baf39d18");
  EXPECT_EQ(to_hex(block.tag), "d0d1c8a799996bf0265b98b5d48ab919");
}

// Test case 16 has a nonce that no record has: it proves the reference, which the next tests use.
TEST(Cipher, ReferenceMatchesGcmTestCase16) {
  const Sealed sealed = reference(
      EVP_aes_256_gcm(), hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
      hex("cafebabefacedbaddecaf888"), hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
      hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
          "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"));
  EXPECT_EQ(to_hex(sealed.data),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662");
  EXPECT_EQ(to_hex(sealed.tag), "76fc6ece0f4e1768cddf8853bb2d551b");
}

// RFC 8439, section 2.8.2.
TEST(Cipher, ReferenceMatchesRfc8439) {
  const Sealed sealed = reference(
      EVP_chacha20_poly1305(),
      hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
      hex("070000004041424344454647"), hex("50515253c0c1c2c3c4c5c6c7"),
      bytes_of("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for "
               "the future, sunscreen would be it."));
  EXPECT_EQ(to_hex(Bytes(sealed.data).first(32)),
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6");
  EXPECT_EQ(to_hex(sealed.tag), "1ae10b594f09e26a7e902ecbd0600691");
}

TEST(Cipher, NonceIsTheNumberInLittleEndian) {
  const Secret32 key = counting_key();
  constexpr std::array<std::uint64_t, 6> numbers{
      0, 1, 255, 256, 0x0102030405060708, std::numeric_limits<std::uint64_t>::max()};
  for (const std::uint64_t number : numbers) {
    Encoder nonce;
    nonce.number(number);
    nonce.zeros_until(12);
    for (const std::size_t size : {1U, 15U, 16U, 17U, 200U, 70'000U}) {
      const Buffer plain = pattern(size);
      const Buffer associated = pattern(size % 50);
      EXPECT_EQ(seal(*make_sealer(Cipher::aes_256_gcm, key), Cipher::aes_256_gcm, number,
                     associated, plain),
                reference(EVP_aes_256_gcm(), key.bytes(), nonce.bytes(), associated, plain));
      EXPECT_EQ(seal(*make_sealer(Cipher::chacha20_poly1305, key), Cipher::chacha20_poly1305,
                     number, associated, plain),
                reference(EVP_chacha20_poly1305(), key.bytes(), nonce.bytes(), associated, plain));
    }
  }
}

TEST(Cipher, NoneIsSha256OfBoth) {
  const Buffer plain = pattern(300);
  const Buffer associated = pattern(20);
  const auto sealer = make_sealer(Cipher::none, Secret32());
  const Sealed sealed = seal(*sealer, Cipher::none, 5, associated, plain);
  EXPECT_EQ(sealed.data, plain);
  EXPECT_TRUE(std::ranges::equal(sealed.tag, sha256({associated, plain}).bytes));
}

TEST(Cipher, NamesAndTagSizes) {
  EXPECT_EQ(name(Cipher::none), "none");
  EXPECT_EQ(name(Cipher::aes_256_gcm), "AES-256-GCM");
  EXPECT_EQ(name(Cipher::chacha20_poly1305), "ChaCha20-Poly1305");
  EXPECT_EQ(tag_size(Cipher::none), 32U);
  EXPECT_EQ(tag_size(Cipher::aes_256_gcm), 16U);
  EXPECT_EQ(tag_size(Cipher::chacha20_poly1305), 16U);
  EXPECT_NE(preferred_cipher(), Cipher::none);
}

TEST(Cipher, UnknownOneIsUnsupported) {
  try {
    (void)make_sealer(static_cast<Cipher>(77), Secret32());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::unsupported);
  }
}

class EveryCipher : public testing::TestWithParam<Cipher> {
 protected:
  const Cipher cipher = GetParam();
  const std::unique_ptr<Sealer> sealer = make_sealer(cipher, counting_key());

  /// Opens into memory that was full, and says whether that worked. If not, it must be zeros.
  [[nodiscard]] bool opens(std::uint64_t number, Bytes associated, const Sealed& sealed,
                           Bytes expected) const {
    Buffer plain(sealed.data.size(), std::byte{0xee});
    const bool opened = sealer->open(number, associated, sealed.data, sealed.tag, plain);
    EXPECT_TRUE(opened ? std::ranges::equal(plain, expected) : all_zero(plain));
    return opened;
  }
};

TEST_P(EveryCipher, OpensWhatItSealed) {
  for (const std::size_t size : {0U, 1U, 16U, 200U, 4096U, 1U << 20}) {
    const Buffer plain = pattern(size);
    for (const std::size_t associated_size : {0U, 1U, 100U}) {
      const Buffer associated = pattern(associated_size);
      EXPECT_TRUE(opens(9, associated, seal(*sealer, cipher, 9, associated, plain), plain));
    }
  }
}

TEST_P(EveryCipher, RefusesEveryFlippedBit) {
  const Buffer plain = pattern(24);
  Buffer associated = pattern(12);
  Sealed sealed = seal(*sealer, cipher, 3, associated, plain);
  for (Buffer* const part : {&sealed.data, &sealed.tag, &associated}) {
    for (std::size_t bit = 0; bit < 8 * part->size(); ++bit) {
      const std::byte mask = std::byte{1} << (bit % 8);
      (*part)[bit / 8] ^= mask;
      EXPECT_FALSE(opens(3, associated, sealed, plain));
      (*part)[bit / 8] ^= mask;
    }
  }
  EXPECT_TRUE(opens(3, associated, sealed, plain));
}

TEST_P(EveryCipher, RefusesOtherLengths) {
  const Buffer plain = pattern(24);
  const Buffer associated = pattern(12);
  const Sealed sealed = seal(*sealer, cipher, 3, associated, plain);
  Sealed other = sealed;
  other.data.pop_back();
  EXPECT_FALSE(opens(3, associated, other, plain));
  EXPECT_FALSE(opens(3, Bytes(associated).first(11), sealed, plain));
  for (std::size_t size = 0; size < sealed.tag.size(); ++size) {
    other = sealed;
    other.tag.resize(size);
    EXPECT_FALSE(opens(3, associated, other, plain)) << size;
  }
  other = sealed;
  other.tag.push_back(std::byte{0});
  EXPECT_FALSE(opens(3, associated, other, plain));
}

TEST_P(EveryCipher, WorksInPlace) {
  for (const std::size_t size : {0U, 1U, 200U, 1U << 20}) {
    const Buffer plain = pattern(size);
    const Buffer associated = pattern(30);
    const Sealed apart = seal(*sealer, cipher, 4, associated, plain);
    Buffer memory = plain;
    Buffer tag(tag_size(cipher));
    sealer->seal(4, associated, memory, memory, tag);
    EXPECT_EQ((Sealed{memory, tag}), apart);
    EXPECT_TRUE(sealer->open(4, associated, memory, tag, memory));
    EXPECT_EQ(memory, plain);
    tag[0] ^= std::byte{1};
    EXPECT_FALSE(sealer->open(4, associated, memory, tag, memory));
    EXPECT_TRUE(all_zero(memory));
  }
}

TEST_P(EveryCipher, LeavesNoErrorBehindForTheApplication) {
  ERR_clear_error();
  const Sealed sealed{Buffer(10), Buffer(tag_size(cipher))};
  EXPECT_FALSE(opens(1, {}, sealed, {}));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_P(EveryCipher, IsSharedByThreads) {
  constexpr std::size_t threads = 4;
  constexpr std::uint64_t rounds = 300;
  const Buffer associated = pattern(20);
  std::vector<Sealed> expected;
  expected.reserve(rounds);
  for (std::uint64_t number = 0; number < rounds; ++number) {
    expected.push_back(seal(*sealer, cipher, number, associated, pattern(number)));
  }
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> running;
    running.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) {
      running.emplace_back([&] {
        for (std::uint64_t number = 0; number < rounds; ++number) {
          const Buffer plain = pattern(number);
          const Sealed sealed = seal(*sealer, cipher, number, associated, plain);
          Buffer opened(plain.size());
          if (sealed != expected[number] ||
              !sealer->open(number, associated, sealed.data, sealed.tag, opened) ||
              opened != plain) {
            ++wrong;
          }
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
}

INSTANTIATE_TEST_SUITE_P(Ciphers, EveryCipher, testing::ValuesIn(ciphers), [](const auto& tested) {
  std::string text(name(tested.param));
  std::erase(text, '-');
  return text;
});

class EveryRealCipher : public EveryCipher {};

TEST_P(EveryRealCipher, RefusesAnotherNumberAndAnotherKey) {
  const Buffer plain = pattern(24);
  const Sealed sealed = seal(*sealer, cipher, 3, {}, plain);
  EXPECT_FALSE(opens(2, {}, sealed, plain));
  EXPECT_FALSE(opens(3 + (std::uint64_t{1} << 56), {}, sealed, plain));
  const auto other = make_sealer(cipher, secret(pattern(32)));
  Buffer opened(plain.size());
  EXPECT_FALSE(other->open(3, {}, sealed.data, sealed.tag, opened));
}

INSTANTIATE_TEST_SUITE_P(Ciphers, EveryRealCipher,
                         testing::Values(Cipher::aes_256_gcm, Cipher::chacha20_poly1305),
                         [](const auto& tested) {
                           std::string text(name(tested.param));
                           std::erase(text, '-');
                           return text;
                         });

}  // namespace
}  // namespace tidemark::crypto
