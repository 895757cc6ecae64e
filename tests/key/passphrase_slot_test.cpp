#include "key/passphrase_slot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/coding.h"
#include "crypto/cipher.h"
#include "crypto/hash.h"
#include "key/slot.h"
#include "tests/key/support.h"

namespace tidemark::key {
namespace {

using crypto::ScryptCost;

constexpr std::size_t slot_size = 93;
constexpr std::string_view passphrase = "correct horse battery staple";

std::unique_ptr<Unlocker> unlocker_for(std::string_view text) {
  return passphrase_unlocker(secret(text), smallest_cost);
}

crypto::Secret32 filled(int value) {
  crypto::Secret32 secret;
  std::ranges::fill(secret.mutable_bytes(), static_cast<std::byte>(value));
  return secret;
}

/// Kind and cost, as docs/format.md says.
Buffer front(const ScryptCost& cost) {
  Encoder bytes;
  bytes.number(std::uint8_t{2});
  bytes.number(cost.n);
  bytes.number(cost.r);
  bytes.number(cost.p);
  return bytes.take();
}

class PassphraseSlot : public testing::Test {
 protected:
  /// As documented, made a second time; of any cost.
  [[nodiscard]] Buffer made_by_hand(const ScryptCost& cost, int salt_byte) const {
    const Buffer salt(32, static_cast<std::byte>(salt_byte));
    const auto wrapping_key =
        crypto::hkdf_sha256(crypto::scrypt(bytes_of(passphrase), salt, cost).bytes(), salt,
                            bytes_of("tidemark/1 passphrase slot"));
    Encoder associated;
    associated.raw(front(cost));
    associated.raw(context);
    Buffer sealed(32);
    Buffer tag(16);
    crypto::make_sealer(crypto::Cipher::aes_256_gcm, wrapping_key)
        ->seal(0, associated.bytes(), lineage_key.bytes(), sealed, tag);
    Encoder made;
    made.raw(front(cost));
    made.raw(salt);
    made.raw(sealed);
    made.raw(tag);
    return made.take();
  }

  SystemRandom random;
  const std::unique_ptr<Unlocker> unlocker = unlocker_for(passphrase);
  const crypto::Secret32 lineage_key = filled(2);
  const Bytes context = bytes_of("a lineage's id");
  const Buffer slot = unlocker->seal_slot(lineage_key, context, random);
};

TEST_F(PassphraseSlot, OpensWithItsPassphraseAndContext) {
  for (const auto& one : {unlocker_for(passphrase), passphrase_unlocker(secret(passphrase))}) {
    const auto opened = one->open_slot(slot, context);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(crypto::equal(opened->bytes(), lineage_key.bytes()));
    EXPECT_FALSE(one->open_slot(slot, {}));
    EXPECT_FALSE(one->open_slot(slot, bytes_of("a lineage's iD")));
    EXPECT_FALSE(one->open_slot(slot, bytes_of("a lineage's id and more")));
  }
}

TEST_F(PassphraseSlot, IsMadeAsDocumented) {
  ASSERT_EQ(slot.size(), slot_size);
  EXPECT_TRUE(std::ranges::equal(Bytes(slot).first(13), front(smallest_cost)));
  EXPECT_TRUE(unlocker->open_slot(made_by_hand(smallest_cost, 7), context));
}

TEST_F(PassphraseSlot, IsNewEachTime) {
  const Buffer other = unlocker->seal_slot(lineage_key, context, random);
  EXPECT_FALSE(std::ranges::equal(Bytes(slot).subspan(13, 32), Bytes(other).subspan(13, 32)));
  EXPECT_FALSE(std::ranges::equal(Bytes(slot).subspan(45), Bytes(other).subspan(45)));
}

TEST_F(PassphraseSlot, IsMadeAtTheDefaultCostWhateverAFileSays) {
  const auto usual = passphrase_unlocker(secret(passphrase));
  EXPECT_TRUE(usual->open_slot(slot, context));
  const Buffer made = usual->seal_slot(lineage_key, context, random);
  EXPECT_TRUE(std::ranges::equal(Bytes(made).first(13), front({.n = 131072, .r = 8, .p = 1})));
}

TEST_F(PassphraseSlot, RefusesAnotherPassphrase) {
  for (const std::string_view other :
       {"correct horse battery stapl", "correct horse battery staple ",
        "Correct horse battery staple"}) {
    EXPECT_FALSE(unlocker_for(other)->open_slot(slot, context)) << other;
  }
  EXPECT_FALSE(raw_unlocker(filled(1))->open_slot(slot, context));
}

TEST_F(PassphraseSlot, RefusesEveryFlippedBit) {
  ASSERT_TRUE(unlocker->open_slot(slot, context));
  Buffer changed = slot;
  for (std::size_t bit = 0; bit < 8 * changed.size(); ++bit) {
    const std::byte mask = std::byte{1} << (bit % 8);
    changed[bit / 8] ^= mask;
    EXPECT_FALSE(unlocker->open_slot(changed, context)) << "bit " << bit;
    changed[bit / 8] ^= mask;
  }
  EXPECT_TRUE(unlocker->open_slot(slot, context));
}

// The cost of a slot is bound to it, not only used: another one that is allowed does not open it.
TEST_F(PassphraseSlot, IsBoundToItsCost) {
  Buffer changed = slot;
  std::ranges::copy(front({.n = 1U << 15U, .r = 8, .p = 1}), changed.begin());
  EXPECT_FALSE(unlocker->open_slot(changed, context));
  std::ranges::copy(front({.n = 1U << 14U, .r = 8, .p = 2}), changed.begin());
  EXPECT_FALSE(unlocker->open_slot(changed, context));
}

// The first would take 2 TiB. The weak ones are right but for their cost.
TEST_F(PassphraseSlot, PassesOverACostOutOfBounds) {
  for (const ScryptCost& cost : {ScryptCost{.n = 1U << 31U, .r = 8, .p = 1},
                                 {.n = 1U << 19U, .r = 8, .p = 1},
                                 {.n = 1U << 18U, .r = 16, .p = 1},
                                 {.n = 1U << 14U, .r = 1U << 30U, .p = 1},
                                 {.n = 1U << 14U, .r = 8, .p = 5},
                                 {.n = 1U << 14U, .r = 8, .p = ~0U},
                                 {.n = ~0U, .r = ~0U, .p = ~0U},
                                 {.n = (1U << 14U) + 1, .r = 8, .p = 1},
                                 {.n = 3U << 14U, .r = 8, .p = 1},
                                 {.n = 0, .r = 8, .p = 1},
                                 {.n = 1, .r = 8, .p = 1},
                                 {.n = 1U << 14U, .r = 0, .p = 1},
                                 {.n = 1U << 14U, .r = 8, .p = 0}}) {
    EXPECT_FALSE(is_acceptable(cost));
    Buffer changed = slot;
    std::ranges::copy(front(cost), changed.begin());
    EXPECT_FALSE(unlocker->open_slot(changed, context)) << cost.n << ' ' << cost.r << ' ' << cost.p;
  }
  for (const ScryptCost& weak : {ScryptCost{.n = 1U << 13U, .r = 8, .p = 1},
                                 {.n = 1U << 14U, .r = 1, .p = 1},
                                 {.n = 2, .r = 8, .p = 1}}) {
    EXPECT_FALSE(is_acceptable(weak));
    EXPECT_FALSE(unlocker->open_slot(made_by_hand(weak, 7), context)) << weak.n << ' ' << weak.r;
  }
  EXPECT_TRUE(unlocker->open_slot(slot, context)) << "none of them counted as a derivation";
}

TEST_F(PassphraseSlot, OpensEveryCostWithinBounds) {
  for (const ScryptCost& cost : {smallest_cost, default_cost, largest_cost}) {
    EXPECT_TRUE(is_acceptable(cost));
  }
  const ScryptCost more{.n = 1U << 15U, .r = 8, .p = 2};
  EXPECT_TRUE(unlocker->open_slot(made_by_hand(more, 7), context));
}

TEST_F(PassphraseSlot, PassesOverGarbage) {
  for (std::size_t size = 0; size <= 1024; ++size) {
    Buffer garbage(size);
    random.fill(garbage);
    if (size > 0) garbage[0] = std::byte{2};
    EXPECT_FALSE(unlocker->open_slot(garbage, context)) << size;
  }
  for (std::size_t size = 0; size < slot.size(); ++size) {
    EXPECT_FALSE(unlocker->open_slot(Bytes(slot).first(size), context)) << size;
  }
  Buffer longer = slot;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(unlocker->open_slot(longer, context));
  Buffer other = slot;
  for (int kind = 0; kind < 256; ++kind) {
    other[0] = static_cast<std::byte>(kind);
    EXPECT_EQ(unlocker->open_slot(other, context).has_value(), kind == 2) << kind;
  }
}

// A scan opens the same slot for every generation.
TEST_F(PassphraseSlot, IsDerivedOnceHoweverOftenItIsOpened) {
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(unlocker->open_slot(slot, context));
  const Buffer other = made_by_hand(smallest_cost, 1);
  EXPECT_TRUE(unlocker->open_slot(other, context)) << "a thousand counted as one";
}

TEST_F(PassphraseSlot, AreTriedUpToANumber) {
  std::vector<Buffer> slots;
  for (int i = 0; i <= static_cast<int>(most_derivations); ++i) {
    slots.push_back(made_by_hand(smallest_cost, i));
  }
  for (std::size_t i = 0; i < most_derivations; ++i) {
    EXPECT_TRUE(unlocker->open_slot(slots[i], context)) << i;
  }
  EXPECT_FALSE(unlocker->open_slot(slots.back(), context));
  EXPECT_TRUE(unlocker->open_slot(slots.front(), context)) << "it is known already";
  EXPECT_TRUE(unlocker_for(passphrase)->open_slot(slots.back(), context));
}

}  // namespace
}  // namespace tidemark::key
