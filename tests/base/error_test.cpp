#include <gtest/gtest.h>
#include <tidemark/error.h>

#include <array>
#include <string_view>

namespace tidemark {
namespace {

// The numbers are exit codes that scripts rely on, so they are written down a second time here.
constexpr std::array<std::string_view, 17> names{
    "ok",        "failed",      "usage",          "no_checkpoint", "damaged",
    "wrong_key", "stale",       "forked",         "fenced",        "counter_unavailable",
    "exists",    "unsupported", "counter_behind", "in_use",        "wrong_counter",
    "used_up",   "unconfirmed"};

TEST(Code, NamesAndNumbersNeverChange) {
  for (std::size_t number = 0; number < names.size(); ++number) {
    EXPECT_EQ(name(static_cast<Code>(number)), names.at(number));
  }
  EXPECT_EQ(name(static_cast<Code>(names.size())), "unknown");
}

TEST(Error, KeepsWhatItWasMadeOf) {
  const Error error(Code::stale, "the file is old", "take the new one");
  EXPECT_EQ(error.code(), Code::stale);
  EXPECT_STREQ(error.what(), "the file is old");
  EXPECT_EQ(error.advice(), "take the new one");
}

TEST(Error, IsCaughtAsAStandardException) {
  try {
    throw Error(Code::failed, "no", "try again");
  } catch (const std::exception& error) {
    EXPECT_STREQ(error.what(), "no");
  }
}

}  // namespace
}  // namespace tidemark
