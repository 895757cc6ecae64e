#include <gtest/gtest.h>
#include <tidemark/error.h>

#include <algorithm>
#include <functional>

#include "crypto/hash.h"
#include "tests/container/workbench.h"

namespace tidemark::container {
namespace {

constexpr std::size_t purpose_at = 232;
constexpr std::size_t slots_at = 310;

GenerationHeader some_header() {
  SeededRandom random(3);
  GenerationHeader header;
  header.key_slots = {random_bytes(81, 1), random_bytes(7, 2)};
  header.head = random.digest();
  header.salt = random.array<32>();
  header.key_commitment = random.digest();
  header.counter_id = random.digest();
  header.parent = {41, random.digest()};
  header.value = 42;
  header.session.bytes = random.array<16>();
  header.proposal = 3;
  header.purpose = Purpose::take_over;
  header.chain = 2;
  header.base = Base{8192, {random.digest()}};
  header.copied = Root{random.digest()};
  header.index_offset = header.encoded_size() + 5000;
  header.index_length = 300;
  header.length = whole_blocks(header.index_offset + header.index_length);
  return header;
}

std::optional<GenerationHeader> decoded(const GenerationHeader& header) {
  return GenerationHeader::decode(header.encode(), header.head);
}

TEST(Header, ComesBackAsItWas) {
  const GenerationHeader header = some_header();
  const auto again = decoded(header);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->encode(), header.encode());
  EXPECT_EQ(again->key_slots, header.key_slots);
  EXPECT_EQ(again->base, header.base);
  EXPECT_EQ(again->copied, header.copied);
  EXPECT_EQ(again->parent, header.parent);
  EXPECT_EQ(again->session, header.session);
  EXPECT_EQ(again->purpose, header.purpose);
  EXPECT_EQ(header.encode().size(), header.encoded_size());
}

TEST(Header, IsReadFromALargerBlock) {
  const GenerationHeader header = some_header();
  Buffer block = header.encode();
  block.resize(block_size, std::byte{0xaa});
  const auto again = GenerationHeader::decode(block, header.head);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->encode(), header.encode());
}

TEST(Header, OfAnotherFileIsNone) {
  const GenerationHeader header = some_header();
  EXPECT_FALSE(GenerationHeader::decode(header.encode(), Digest{}));
}

TEST(Header, OfAnotherFileIsNoneWhateverItAsksFor) {
  GenerationHeader header = some_header();
  header.purpose = static_cast<Purpose>(9);
  EXPECT_FALSE(GenerationHeader::decode(header.encode(), Digest{}));
}

TEST(Header, TornIsNone) {
  const GenerationHeader header = some_header();
  const Buffer whole = header.encode();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(GenerationHeader::decode(Bytes(whole).first(size), header.head)) << size;
  }
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Buffer flipped = whole;
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(GenerationHeader::decode(flipped, header.head)) << bit;
  }
}

TEST(Header, SaysWhatALaterProgramWrote) {
  for (const std::size_t field : {purpose_at, purpose_at + 1}) {
    for (const int value : {0, 6, 255}) {
      Buffer block = some_header().encode();
      block[field] = static_cast<std::byte>(value);
      fix_checksum(block, 0);
      EXPECT_EQ(code_of([&] { (void)GenerationHeader::decode(block, some_header().head); }),
                Code::unsupported);
    }
  }
}

TEST(Header, SaysSoEvenWhereMoreFieldsFollow) {
  GenerationHeader header = some_header();
  header.key_slots.clear();
  Buffer block = header.encode();
  block[purpose_at] = std::byte{6};
  block.insert(block.end(), 50, std::byte{1});
  block[8] = static_cast<std::byte>(block.size());  // the low byte of its size
  fix_checksum(block, 0);
  EXPECT_EQ(code_of([&] { (void)GenerationHeader::decode(block, header.head); }),
            Code::unsupported);
}

TEST(Header, ImplausibleSizesAreNone) {
  using Edit = std::function<void(GenerationHeader&)>;
  constexpr auto huge = ~std::uint64_t{0};
  const std::vector<Edit> edits{
      [](auto& header) { header.length += 1; },
      [](auto& header) { header.length += block_size; },
      [](auto& header) { header.length = 0; },
      [](auto& header) { header.length = huge; },
      [](auto& header) { header.length = huge - block_size + 1; },
      [](auto& header) { header.index_offset = header.encoded_size() - 1; },
      [](auto& header) { header.index_offset = huge; },
      [](auto& header) { header.index_offset = header.length + 1; },
      [](auto& header) { header.index_length = ~std::uint32_t{0}; },
      [](auto& header) {
        header.index_length = largest_index + 1;
        header.length = whole_blocks(header.index_offset + header.index_length);
      },
      [](auto& header) { header.chain = 0; },
      [](auto& header) { header.chain = longest_chain + 1; },
      [](auto& header) { header.base.reset(); },
      [](auto& header) { header.base->root = {}; },
      [](auto& header) { header.base->distance = 0; },
      [](auto& header) { header.base->distance = 8191; },
  };
  for (std::size_t i = 0; i < edits.size(); ++i) {
    GenerationHeader header = some_header();
    edits[i](header);
    EXPECT_FALSE(decoded(header)) << i;
  }
}

TEST(Header, TakesTheLargestIndexAndTheLongestChain) {
  GenerationHeader header = some_header();
  header.index_length = largest_index;
  header.length = whole_blocks(header.index_offset + header.index_length);
  header.chain = longest_chain;
  EXPECT_TRUE(decoded(header));
}

TEST(Header, SlotsMustFillIt) {
  const GenerationHeader header = some_header();
  for (const int slots : {0, 1, 3, 255}) {
    Buffer block = header.encode();
    block[slots_at] = static_cast<std::byte>(slots);
    fix_checksum(block, 0);
    EXPECT_FALSE(GenerationHeader::decode(block, header.head)) << slots;
  }
}

GenerationHeader some_move() {
  GenerationHeader header = some_header();
  SeededRandom random(4);
  header.purpose = Purpose::move;
  header.moves_to = Step{random.digest(), {17, random.digest()}, 18};
  header.index_offset = header.encoded_size() + 5000;
  header.length = whole_blocks(header.index_offset + header.index_length);
  return header;
}

TEST(Header, OfAMoveComesBackAsItWas) {
  const GenerationHeader header = some_move();
  const auto again = decoded(header);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->encode(), header.encode());
  EXPECT_EQ(again->moves_to, header.moves_to);
  EXPECT_EQ(header.encode().size(), header.encoded_size());
}

TEST(Header, OfAMoveHasAPlaceOnBothCounters) {
  const GenerationHeader header = some_move();
  EXPECT_EQ(header.on(header.moves_to->counter_id), *header.moves_to);
  const Step here{header.counter_id, header.parent, header.value};
  EXPECT_EQ(header.on(header.counter_id), here);
  EXPECT_EQ(header.on(Digest{}), here);
}

TEST(Header, OfAMoveFromACounterToItselfIsNone) {
  GenerationHeader header = some_move();
  header.moves_to->counter_id = header.counter_id;
  EXPECT_FALSE(decoded(header));
}

TEST(Header, FieldsOfAMoveAreForAMoveAlone) {
  for (const bool move : {true, false}) {
    Buffer block = (move ? some_header() : some_move()).encode();
    block[purpose_at] = static_cast<std::byte>(move ? Purpose::move : Purpose::checkpoint);
    fix_checksum(block, 0);
    EXPECT_FALSE(GenerationHeader::decode(block, some_header().head)) << move;
  }
}

TEST(Header, OfAMoveTornIsNone) {
  const GenerationHeader header = some_move();
  const Buffer whole = header.encode();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(GenerationHeader::decode(Bytes(whole).first(size), header.head)) << size;
  }
}

TEST(Note, ComesBackAsItWas) {
  SeededRandom random(1);
  const Note note{random.digest(), {9, random.digest()}, random.digest()};
  const auto again = Note::decode(note.encode());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->counter_id, note.counter_id);
  EXPECT_EQ(again->mark, note.mark);
  EXPECT_EQ(again->authenticator, note.authenticator);
  EXPECT_EQ(note.encode().size(), block_size);
}

TEST(Note, TornIsNone) {
  const Buffer whole = Note{}.encode();
  EXPECT_FALSE(Note::decode(Bytes(whole).first(block_size - 1)));
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Buffer flipped = whole;
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(Note::decode(flipped)) << bit;
  }
}

TEST(Note, HasNoRoomForAnythingElse) {
  Buffer block = Note{}.encode();
  block[2000] = std::byte{1};
  const Digest checksum = crypto::sha256({Bytes(block).first(block_size - 32)});
  std::ranges::copy(checksum.bytes, block.end() - 32);
  EXPECT_FALSE(Note::decode(block));
}

}  // namespace
}  // namespace tidemark::container
