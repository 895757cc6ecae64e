#include "counter/slot.h"

#include <gtest/gtest.h>
#include <tidemark/error.h>

#include <algorithm>
#include <random>

#include "crypto/hash.h"
#include "marks.h"

namespace tidemark::counter {
namespace {

Slot example() {
  Slot slot{.sequence = 0x1122334455667788, .birth = mark_of(0, 1), .mark = mark_of(0xabcdef, 2)};
  slot.lineage.bytes.fill(std::byte{0x77});
  return slot;
}

std::string hex_at(const Buffer& block, std::size_t offset, std::size_t size) {
  return to_hex(Bytes(block).subspan(offset, size));
}

/// Makes the checksum fit again.
void seal(Buffer& block) {
  const Digest checksum = crypto::sha256({Bytes(block).first(4064)});
  std::ranges::copy(checksum.bytes, block.begin() + 4064);
}

TEST(Slot, IsLaidOutAsTheHeaderSays) {
  const Slot slot = example();
  const Buffer block = encode(slot);
  ASSERT_EQ(block.size(), 4096U);
  EXPECT_EQ(text_of(Bytes(block).first(8)), "TIDECNTR");
  EXPECT_EQ(hex_at(block, 8, 8), "0100000000000000");
  EXPECT_EQ(hex_at(block, 16, 8), "8877665544332211");
  EXPECT_EQ(hex_at(block, 24, 32), to_hex(slot.lineage.bytes));
  EXPECT_EQ(hex_at(block, 56, 8), "0000000000000000");
  EXPECT_EQ(hex_at(block, 64, 32), to_hex(slot.birth.digest.bytes));
  EXPECT_EQ(hex_at(block, 96, 8), "efcdab0000000000");
  EXPECT_EQ(hex_at(block, 104, 32), to_hex(slot.mark.digest.bytes));
  EXPECT_TRUE(all_zero(Bytes(block).subspan(136, 3928)));
  EXPECT_EQ(hex_at(block, 4064, 32), to_hex(crypto::sha256({Bytes(block).first(4064)}).bytes));
}

TEST(Slot, ComesBackAsItWas) {
  std::mt19937_64 dice(1);
  for (int i = 0; i < 100; ++i) {
    Slot slot = example();
    slot.sequence = dice();
    slot.mark = mark_of(dice(), static_cast<std::uint8_t>(i));
    EXPECT_EQ(decode_slot(encode(slot)), slot);
  }
}

TEST(Slot, IsNotWholeWithAnyBitChanged) {
  Buffer block = encode(example());
  for (std::size_t bit = 0; bit < 8 * block.size(); ++bit) {
    const auto mask = static_cast<std::byte>(1U << (bit % 8));
    block[bit / 8] ^= mask;
    ASSERT_EQ(decode_slot(block), std::nullopt) << bit;
    block[bit / 8] ^= mask;
  }
}

TEST(Slot, OfAFormatThatIsNotKnownIsNotTakenForABrokenOne) {
  // Magic, version, the zeros behind it, the padding's first and last byte.
  for (const std::size_t offset :
       {std::size_t{0}, std::size_t{8}, std::size_t{12}, std::size_t{136}, std::size_t{4063}}) {
    Buffer block = encode(example());
    block[offset] ^= std::byte{2};
    seal(block);
    try {
      (void)decode_slot(block);
      FAIL() << offset;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::counter_unavailable);
    }
  }
}

}  // namespace
}  // namespace tidemark::counter
