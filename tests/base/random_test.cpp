#include "base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace tidemark {
namespace {

/// 0, 1, 2, ...
class Counting final : public Random {
 public:
  void fill(MutableBytes into) override {
    for (std::byte& byte : into) byte = static_cast<std::byte>(next_++);
  }

 private:
  int next_ = 0;
};

TEST(Random, FillsDigestsAndArraysToTheLastByte) {
  Counting random;
  EXPECT_EQ(to_hex(random.array<4>()), "00010203");
  EXPECT_EQ(to_hex(random.digest().bytes),
            "0405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223");
}

TEST(SystemRandom, NeverRepeats) {
  SystemRandom random;
  std::set<Digest> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(random.digest()).second);
}

TEST(SystemRandom, FillsAnySize) {
  SystemRandom random;
  random.fill({});
  // More than the kernel gives at one call without a signal's leave to interrupt it.
  Buffer large(1U << 20U);
  random.fill(large);
  EXPECT_FALSE(all_zero(Bytes(large).first(64)));
  EXPECT_FALSE(all_zero(Bytes(large).last(64)));
}

}  // namespace
}  // namespace tidemark
