#include "crypto/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace tidemark::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<Secret32> && !std::is_copy_assignable_v<Secret32>);
static_assert(std::is_nothrow_move_constructible_v<Secret32>);
static_assert(std::is_nothrow_move_assignable_v<Secret32>);
static_assert(!std::is_copy_constructible_v<SecretBuffer>);
static_assert(!std::is_convertible_v<Secret32, Bytes>);

Secret32 filled(std::byte value) {
  Secret32 secret;
  std::ranges::fill(secret.mutable_bytes(), value);
  return secret;
}

bool holds_only(Bytes bytes, std::byte value) {
  return std::ranges::all_of(bytes, [=](std::byte byte) { return byte == value; });
}

TEST(Secret, BeginsAsZeros) { EXPECT_TRUE(all_zero(Secret32().bytes())); }

TEST(Secret, IsCopiedByNameAndBothStay) {
  const Secret32 secret = filled(std::byte{7});
  const Secret32 copied = secret.copy();
  EXPECT_TRUE(holds_only(secret.bytes(), std::byte{7}));
  EXPECT_TRUE(holds_only(copied.bytes(), std::byte{7}));
}

TEST(Secret, IsWipedWhenMovedFrom) {
  Secret32 secret = filled(std::byte{7});
  Secret32 second = std::move(secret);
  EXPECT_TRUE(all_zero(secret.bytes()));  // NOLINT(bugprone-use-after-move): what this is about
  Secret32 third = filled(std::byte{8});
  third = std::move(second);
  EXPECT_TRUE(all_zero(second.bytes()));  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(holds_only(third.bytes(), std::byte{7}));
}

TEST(Secret, SurvivesAMoveToItself) {
  Secret32 secret = filled(std::byte{7});
  Secret32& same = secret;
  secret = std::move(same);
  EXPECT_TRUE(holds_only(secret.bytes(), std::byte{7}));
}

TEST(Secret, IsWipedWhenDestroyed) {
  alignas(Secret32) std::array<std::byte, sizeof(Secret32)> storage{};
  auto* const secret = std::construct_at(reinterpret_cast<Secret32*>(storage.data()));
  std::ranges::fill(secret->mutable_bytes(), std::byte{7});
  ASSERT_TRUE(holds_only(storage, std::byte{7}));
  std::destroy_at(secret);
  EXPECT_TRUE(all_zero(storage));
}

TEST(Wipe, TakesAnySize) {
  wipe({});
  std::array<std::byte, 3> bytes{std::byte{1}, std::byte{2}, std::byte{3}};
  wipe(MutableBytes(bytes).first(2));
  EXPECT_TRUE(all_zero(Bytes(bytes).first(2)));
  EXPECT_EQ(bytes[2], std::byte{3});
}

}  // namespace
}  // namespace tidemark::crypto
