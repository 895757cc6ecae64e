#include "crypto/hash.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/crypto/hex.h"

namespace tidemark::crypto {
namespace {

std::string sha256_hex(std::string_view text) { return to_hex(sha256({bytes_of(text)}).bytes); }

// FIPS 180-4, examples of NIST.
TEST(Sha256, MatchesPublishedVectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, TakesPiecesOfAnySize) {
  const Digest whole = sha256({bytes_of("abcdef")});
  EXPECT_EQ(sha256({bytes_of("ab"), {}, bytes_of("cdef")}), whole);
  Sha256 hash;
  hash.update(bytes_of("a")).update({}).update(bytes_of("bcde"));
  Sha256 moved = std::move(hash);
  EXPECT_EQ(moved.update(bytes_of("f")).finish(), whole);
}

struct HmacVector {
  std::string key, data, mac;
};

// RFC 4231, all that are not truncated.
TEST(Hmac, MatchesRfc4231) {
  const std::string long_key(262, 'a');
  const std::vector<HmacVector> vectors = {
      {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", to_hex(bytes_of("Hi There")),
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {to_hex(bytes_of("Jefe")), to_hex(bytes_of("what do ya want for nothing?")),
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(40, 'a'), to_hex(bytes_of(std::string(50, '\xdd'))),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {"0102030405060708090a0b0c0d0e0f10111213141516171819",
       to_hex(bytes_of(std::string(50, '\xcd'))),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {long_key, to_hex(bytes_of("Test Using Larger Than Block-Size Key - Hash Key First")),
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {long_key,
       to_hex(bytes_of("This is a test using a larger than block-size key and a larger than "
                       "block-size data. The key needs to be hashed before being used by the HMAC "
                       "algorithm.")),
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
  for (const HmacVector& vector : vectors) {
    const Buffer data = hex(vector.data);
    const Bytes bytes(data);
    const Digest mac = hmac_sha256(hex(vector.key), {bytes.first(3), bytes.subspan(3)});
    EXPECT_EQ(to_hex(mac.bytes), vector.mac);
  }
}

TEST(Hmac, TakesAnEmptyKeyAndNoData) {
  // As in the Wycheproof and Wikipedia collections.
  EXPECT_EQ(to_hex(hmac_sha256({}, {}).bytes),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

struct HkdfVector {
  std::string key, salt, info, first_32_bytes;
};

std::string counting(int from, int to) {
  Buffer bytes;
  for (int value = from; value <= to; ++value) bytes.push_back(static_cast<std::byte>(value));
  return to_hex(bytes);
}

// RFC 5869, test cases 1 to 3: the first 32 bytes of a longer result are those of a shorter one.
TEST(Hkdf, MatchesRfc5869) {
  const std::string of_0b = to_hex(Buffer(22, std::byte{0x0b}));
  const std::vector<HkdfVector> vectors = {
      {of_0b, "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
       "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"},
      {counting(0x00, 0x4f), counting(0x60, 0xaf), counting(0xb0, 0xff),
       "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"},
      {of_0b, "", "", "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"},
  };
  for (const HkdfVector& vector : vectors) {
    const Secret32 derived = hkdf_sha256(hex(vector.key), hex(vector.salt), hex(vector.info));
    EXPECT_EQ(to_hex(derived.bytes()), vector.first_32_bytes);
  }
}

TEST(Hkdf, EveryInputCounts) {
  const auto derive = [](std::string_view key, std::string_view salt, std::string_view info) {
    return to_hex(hkdf_sha256(bytes_of(key), bytes_of(salt), bytes_of(info)).bytes());
  };
  const std::string derived = derive("key", "salt", "info");
  EXPECT_EQ(derive("key", "salt", "info"), derived);
  EXPECT_NE(derive("kez", "salt", "info"), derived);
  EXPECT_NE(derive("key", "sals", "info"), derived);
  EXPECT_NE(derive("key", "salt", "infp"), derived);
}

TEST(Equal, ComparesSizesAndBytes) {
  EXPECT_TRUE(equal({}, {}));
  EXPECT_TRUE(equal(bytes_of("abc"), bytes_of("abc")));
  EXPECT_FALSE(equal(bytes_of("abc"), bytes_of("abd")));
  EXPECT_FALSE(equal(bytes_of("abc"), bytes_of("ab")));
  EXPECT_FALSE(equal(bytes_of("abc"), {}));
}

}  // namespace
}  // namespace tidemark::crypto
