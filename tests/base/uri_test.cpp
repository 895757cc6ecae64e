#include "base/uri.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tidemark {
namespace {

using namespace std::string_view_literals;

void expect_uri(std::string_view text, std::string_view scheme, std::string_view rest) {
  const auto uri = parse_uri(text);
  ASSERT_TRUE(uri) << text;
  EXPECT_EQ(uri->scheme, scheme);
  EXPECT_EQ(uri->rest, rest);
}

TEST(Uri, IsCutAtTheFirstColon) {
  expect_uri("memory:", "memory", "");
  expect_uri("file:/a:b", "file", "/a:b");
  expect_uri("file:relative path", "file", "relative path");
  expect_uri("redis://user:word@host:6379/0", "redis", "//user:word@host:6379/0");
  expect_uri("a+b-c.9:x", "a+b-c.9", "x");
  expect_uri("Z:\xc3\xa4", "Z", "\xc3\xa4");
}

TEST(Uri, RefusesOtherTexts) {
  for (const auto text : {""sv, ":"sv, "none"sv, ":rest"sv, "/a:b"sv, "1a:b"sv, "+a:b"sv, "a b:c"sv,
                          "a_b:c"sv, " file:x"sv, "fil\0e:x"sv, "\xc3\xa4:x"sv}) {
    EXPECT_FALSE(parse_uri(text)) << text;
  }
}

TEST(Uri, RefusesControlCharactersInTheRest) {
  for (int character = 0; character < 256; ++character) {
    const std::string text = "file:a" + std::string(1, static_cast<char>(character)) + "b";
    const bool control = character < 0x20 || character == 0x7f;
    EXPECT_EQ(parse_uri(text).has_value(), !control) << character;
  }
}

}  // namespace
}  // namespace tidemark
