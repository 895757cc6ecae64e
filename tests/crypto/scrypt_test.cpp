#include "crypto/scrypt.h"

#include <gtest/gtest.h>
#include <tidemark/error.h>

#include <string>
#include <vector>

namespace tidemark::crypto {
namespace {

struct ScryptVector {
  std::string passphrase, salt;
  ScryptCost cost;
  std::string first_32_bytes;
};

// RFC 7914, section 12, but for the one that takes 1 GiB: the first 32 bytes of a longer result are
// those of a shorter one.
TEST(Scrypt, MatchesRfc7914) {
  const std::vector<ScryptVector> vectors = {
      {"",
       "",
       {.n = 16, .r = 1, .p = 1},
       "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"},
      {"password",
       "NaCl",
       {.n = 1024, .r = 8, .p = 16},
       "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"},
      {"pleaseletmein",
       "SodiumChloride",
       {.n = 16384, .r = 8, .p = 1},
       "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"},
  };
  for (const ScryptVector& vector : vectors) {
    const Secret32 derived =
        scrypt(bytes_of(vector.passphrase), bytes_of(vector.salt), vector.cost);
    EXPECT_EQ(to_hex(derived.bytes()), vector.first_32_bytes);
  }
}

TEST(Scrypt, EveryInputCounts) {
  const auto derive = [](std::string_view passphrase, std::string_view salt,
                         const ScryptCost& cost) {
    return to_hex(scrypt(bytes_of(passphrase), bytes_of(salt), cost).bytes());
  };
  const std::string derived = derive("passphrase", "salt", {.n = 16, .r = 8, .p = 1});
  EXPECT_EQ(derive("passphrase", "salt", {.n = 16, .r = 8, .p = 1}), derived);
  EXPECT_NE(derive("passphrasf", "salt", {.n = 16, .r = 8, .p = 1}), derived);
  EXPECT_NE(derive("passphrase", "sals", {.n = 16, .r = 8, .p = 1}), derived);
  EXPECT_NE(derive("passphrase", "salt", {.n = 32, .r = 8, .p = 1}), derived);
  EXPECT_NE(derive("passphrase", "salt", {.n = 16, .r = 4, .p = 1}), derived);
  EXPECT_NE(derive("passphrase", "salt", {.n = 16, .r = 8, .p = 2}), derived);
}

TEST(Scrypt, SaysWhenItCannot) {
  for (const ScryptCost& cost : {ScryptCost{.n = 0, .r = 8, .p = 1}, {.n = 3, .r = 8, .p = 1}}) {
    try {
      (void)scrypt(bytes_of("passphrase"), bytes_of("salt"), cost);
      ADD_FAILURE() << "nothing was thrown for " << cost.n;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::failed);
      EXPECT_EQ(std::string(error.what()).find("passphrase"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace tidemark::crypto
