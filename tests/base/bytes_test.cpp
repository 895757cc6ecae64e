#include "base/bytes.h"

#include <gtest/gtest.h>

#include <string>

namespace tidemark {
namespace {

using namespace std::string_view_literals;

TEST(Bytes, TextAndBack) {
  const std::string_view text = "a\0\xff"sv;
  EXPECT_EQ(bytes_of(text).size(), 3U);
  EXPECT_EQ(bytes_of(text)[2], std::byte{0xff});
  EXPECT_EQ(text_of(bytes_of(text)), text);
  EXPECT_EQ(text_of({}), "");
}

TEST(Hex, IsLowerCaseAndKeepsZeros) {
  EXPECT_EQ(to_hex(bytes_of("\x00\x0f\xa0\xff"sv)), "000fa0ff");
  EXPECT_EQ(to_hex({}), "");
}

TEST(Hex, ReadsEitherCase) {
  const auto bytes = from_hex("00ffAbcD");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(to_hex(*bytes), "00ffabcd");
  EXPECT_TRUE(from_hex("")->empty());
}

TEST(Hex, EveryByteComesBack) {
  Buffer all;
  for (int value = 0; value < 256; ++value) all.push_back(static_cast<std::byte>(value));
  EXPECT_EQ(from_hex(to_hex(all)), all);
}

TEST(Hex, RefusesWhatIsNotHex) {
  for (const auto text : {"0"sv, "abc"sv, "0g"sv, "G0"sv, "0x10"sv, " 00"sv, "00 "sv, "0\0"sv,
                          "/0"sv, ":0"sv, "@0"sv, "`0"sv, "\xff\xff"sv}) {
    EXPECT_FALSE(from_hex(text)) << text;
  }
}

TEST(AllZero, LooksAtEveryByte) {
  EXPECT_TRUE(all_zero({}));
  Buffer bytes(100);
  EXPECT_TRUE(all_zero(bytes));
  for (std::byte& byte : bytes) {
    byte = std::byte{0x80};
    EXPECT_FALSE(all_zero(bytes));
    byte = std::byte{0};
  }
}

}  // namespace
}  // namespace tidemark
