#include "crypto/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace tidemark::crypto {
namespace {

// RFC 4648, section 10.
TEST(Base64, MatchesThePublishedVectors) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(to_base64(bytes_of(bytes)), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, KeepsEveryByte) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  EXPECT_EQ(from_base64(to_base64(bytes_of(bytes))), bytes);
}

TEST(Base64, TakesNothingElse) {
  for (const std::string text :
       {"Z", "Zg", "Zg=", "Zg===", "Zh==", "=", "==", "====", "A===", "Zm9v ", " Zm9v", "Zm9v\n",
        "Zm 9v", "Zm-_", "Zg==Zg==", "\xff\xff\xff\xff", "Zm9v-", "Z=9v", "    ===="}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tidemark::crypto
