#include "key/slot.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/cipher.h"
#include "crypto/hash.h"
#include "tests/key/support.h"

namespace tidemark::key {
namespace {

constexpr std::size_t slot_size = 81;

crypto::Secret32 filled(int value) {
  crypto::Secret32 secret;
  std::ranges::fill(secret.mutable_bytes(), static_cast<std::byte>(value));
  return secret;
}

class Slot : public testing::Test {
 protected:
  SystemRandom random;
  const std::unique_ptr<Unlocker> unlocker = raw_unlocker(filled(1));
  const crypto::Secret32 lineage_key = filled(2);
  const Bytes context = bytes_of("a lineage's id");
  const Buffer slot = unlocker->seal_slot(lineage_key, context, random);
};

TEST_F(Slot, OpensWithItsKeyAndContext) {
  const auto opened = unlocker->open_slot(slot, context);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(crypto::equal(opened->bytes(), lineage_key.bytes()));
  EXPECT_TRUE(raw_unlocker(filled(1))->open_slot(slot, context));
}

// The format, made a second time from what docs/format.md says.
TEST_F(Slot, IsMadeAsDocumented) {
  ASSERT_EQ(slot.size(), slot_size);
  EXPECT_EQ(slot[0], std::byte{1});
  const Bytes salt = Bytes(slot).subspan(1, 32);
  const auto wrapping_key =
      crypto::hkdf_sha256(filled(1).bytes(), salt, bytes_of("tidemark/1 slot"));
  Buffer associated{std::byte{1}};
  associated.insert(associated.end(), context.begin(), context.end());
  Buffer sealed(32);
  Buffer tag(16);
  crypto::make_sealer(crypto::Cipher::aes_256_gcm, wrapping_key)
      ->seal(0, associated, lineage_key.bytes(), sealed, tag);
  EXPECT_TRUE(std::ranges::equal(Bytes(slot).subspan(33, 32), sealed));
  EXPECT_TRUE(std::ranges::equal(Bytes(slot).subspan(65), tag));
}

TEST_F(Slot, IsNewEachTime) {
  const Buffer other = unlocker->seal_slot(lineage_key, context, random);
  EXPECT_FALSE(std::ranges::equal(Bytes(slot).subspan(1, 32), Bytes(other).subspan(1, 32)));
  EXPECT_FALSE(std::ranges::equal(Bytes(slot).subspan(33), Bytes(other).subspan(33)));
}

TEST_F(Slot, RefusesEveryFlippedBit) {
  Buffer changed = slot;
  for (std::size_t bit = 0; bit < 8 * changed.size(); ++bit) {
    const std::byte mask = std::byte{1} << (bit % 8);
    changed[bit / 8] ^= mask;
    EXPECT_FALSE(unlocker->open_slot(changed, context)) << "bit " << bit;
    changed[bit / 8] ^= mask;
  }
}

TEST_F(Slot, RefusesAnotherContext) {
  EXPECT_FALSE(unlocker->open_slot(slot, {}));
  EXPECT_FALSE(unlocker->open_slot(slot, bytes_of("a lineage's iD")));
  EXPECT_FALSE(unlocker->open_slot(slot, bytes_of("a lineage's id and more")));
}

TEST_F(Slot, RefusesAnotherKey) {
  EXPECT_FALSE(raw_unlocker(filled(3))->open_slot(slot, context));
  crypto::Secret32 nearly = filled(1);
  nearly.mutable_bytes()[31] ^= std::byte{1};
  EXPECT_FALSE(raw_unlocker(std::move(nearly))->open_slot(slot, context));
}

TEST_F(Slot, PassesOverGarbage) {
  for (std::size_t size = 0; size <= 1024; ++size) {
    Buffer garbage(size);
    random.fill(garbage);
    if (size > 0) garbage[0] = std::byte{1};
    EXPECT_FALSE(unlocker->open_slot(garbage, context)) << size;
  }
  for (std::size_t size = 0; size < slot.size(); ++size) {
    EXPECT_FALSE(unlocker->open_slot(Bytes(slot).first(size), context)) << size;
  }
  Buffer longer = slot;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(unlocker->open_slot(longer, context));
}

TEST_F(Slot, PassesOverOtherKinds) {
  Buffer other = slot;
  for (int kind = 0; kind < 256; ++kind) {
    other[0] = static_cast<std::byte>(kind);
    EXPECT_EQ(unlocker->open_slot(other, context).has_value(), kind == 1) << kind;
  }
}

}  // namespace
}  // namespace tidemark::key
