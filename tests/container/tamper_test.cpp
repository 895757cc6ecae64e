#include <gtest/gtest.h>
#include <tidemark/error.h>

#include <algorithm>

#include "crypto/hash.h"
#include "tests/container/workbench.h"

/// What somebody can do who writes to the file but does not have the key; and what generations with
/// senseless bases come to.
namespace tidemark::container {
namespace {

void copy_bytes(MemoryFile& file, std::uint64_t from, std::uint64_t to, std::size_t size) {
  const Buffer bytes(file.content.begin() + static_cast<std::ptrdiff_t>(from),
                     file.content.begin() + static_cast<std::ptrdiff_t>(from + size));
  file.write_at(to, bytes);
}

std::uint64_t data_of(const FoundGeneration& found) {
  return found.offset + found.header.encoded_size();
}

Code reading(Workbench& bench, const FoundGeneration& found) {
  return code_of([&] { (void)bench.read(found); });
}

TEST(Tamper, RecordsStayInTheirPlace) {
  Workbench bench;
  const auto found = bench.write({section("s", random_bytes(2 * record_size, 1))});
  copy_bytes(bench.file, data_of(found), data_of(found) + record_size, record_size);
  EXPECT_EQ(reading(bench, found), Code::damaged);
}

TEST(Tamper, RecordsStayInTheirSection) {
  Workbench bench;
  const auto found =
      bench.write({section("a", random_bytes(50, 1)), section("b", random_bytes(50, 2))});
  copy_bytes(bench.file, data_of(found), data_of(found) + 50, 50);
  EXPECT_EQ(reading(bench, found), Code::damaged);
}

TEST(Tamper, RecordsStayInTheirGeneration) {
  for (const auto cipher : {crypto::Cipher::none, crypto::Cipher::aes_256_gcm}) {
    Workbench bench(cipher);
    const auto first = bench.write({section("s", random_bytes(50, 1))});
    const auto second = bench.write({section("s", random_bytes(50, 2))});
    copy_bytes(bench.file, data_of(first), data_of(second), 50);
    EXPECT_EQ(reading(bench, second), Code::damaged);
    EXPECT_EQ(reading(bench, first), Code::ok);
  }
}

TEST(Tamper, IndexesStayInTheirGeneration) {
  Workbench bench;
  const auto first = bench.write({section("s", random_bytes(50, 1))});
  const auto second = bench.write({section("s", random_bytes(50, 2))});
  copy_bytes(bench.file, first.offset + first.header.index_offset,
             second.offset + second.header.index_offset, second.header.index_length);
  const auto scanned = scan(bench.file).generations.at(1);
  EXPECT_FALSE(open_index(bench.file, bench.head, scanned, bench.key));
}

/// A fresh lineage under the same lineage key, as if the key had been carried over.
TEST(Tamper, GenerationsStayInTheirLineage) {
  Workbench one;
  const auto found = one.write({section("s", random_bytes(50, 1))});
  Workbench other;
  other.head.lineage.bytes[0] ^= std::byte{1};
  other.key = LineageKey(other.head.lineage, one.key.secret().copy());
  other.file.content.clear();
  write_head(other.file, other.head);
  copy_bytes(one.file, found.offset, found.offset, found.header.length);
  other.file.write_at(found.offset, Bytes(one.file.content).subspan(found.offset));
  EXPECT_TRUE(scan(other.file).generations.empty());  // the head's digest is another
  EXPECT_FALSE(open_index(other.file, other.head, found, other.key));
  EXPECT_FALSE(open_index(other.file, one.head, found, other.key));
}

TEST(Tamper, EveryFieldOfAHeaderIsAuthentic) {
  Workbench bench;
  const auto found = bench.write({section("s", random_bytes(50, 1))});
  const Buffer original = bench.file.content;
  for (std::size_t at = 32; at < found.header.encoded_size() - 32; ++at) {
    bench.file.content = original;
    bench.file.content[found.offset + at] ^= std::byte{1};
    fix_checksum(bench.file.content, found.offset);
    try {
      for (const auto& forged : scan(bench.file).generations) {
        EXPECT_NE(forged.root, found.root) << at;
        EXPECT_FALSE(open_index(bench.file, bench.head, forged, bench.key)) << at;
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::unsupported) << at;
    }
  }
}

TEST(Tamper, AnotherKeyOpensNothing) {
  Workbench bench;
  const auto found = bench.write({section("s", {})});
  EXPECT_TRUE(fits(found.header, bench.key));
  const LineageKey none(bench.head.lineage);
  const LineageKey zeros(bench.head.lineage, crypto::Secret32{});
  for (const LineageKey* key : {&none, &zeros}) {
    EXPECT_FALSE(fits(found.header, *key));
    EXPECT_FALSE(open_index(bench.file, bench.head, found, *key));
  }
  for (const Buffer& slot : found.header.key_slots) {
    EXPECT_TRUE(given_key()->open_slot(slot, bench.head.lineage.bytes));
    EXPECT_FALSE(wrong_key()->open_slot(slot, bench.head.lineage.bytes));
  }
}

/// Whoever can write the file knows the key's commitment, and needs no key for cipher none.
TEST(Tamper, ACopiedCommitmentForgesNothingWithoutACipher) {
  Workbench real;
  const auto genuine = real.write({section("s", random_bytes(50, 1))});
  Workbench forger(crypto::Cipher::none);
  forger.head.lineage = real.head.lineage;
  forger.file.content.clear();
  write_head(forger.file, forger.head);
  auto forged = forger.write({section("s", random_bytes(50, 2))});
  // The header asks for the real key, and the index's tag is made anew: no secret is needed for it.
  GenerationHeader header = forged.header;
  header.key_commitment = genuine.header.key_commitment;
  Buffer encoded = header.encode();
  const auto index = Bytes(forger.file.content)
                         .subspan(forged.offset + header.index_offset, header.index_length - 32);
  const Digest tag = crypto::sha256({encoded, index});
  forger.file.write_at(forged.offset + header.index_offset + index.size(), tag.bytes);
  forger.file.write_at(forged.offset, encoded);
  const auto scanned = scan(forger.file).generations.at(0);
  ASSERT_TRUE(fits(scanned.header, real.key));
  EXPECT_FALSE(open_index(forger.file, forger.head, scanned, real.key));
  EXPECT_EQ(code_of([&] {
              GenerationReader(forger.file, forger.head, scanned, real.key, *forger.executor);
            }),
            Code::damaged);
}

TEST(Tamper, AGenerationMayBeCopiedElsewhere) {
  Workbench bench;
  const auto found = bench.write({section("s", random_bytes(50, 1))});
  copy_bytes(bench.file, found.offset, bench.end, found.header.length);
  const FileScan scanned = scan(bench.file);
  ASSERT_EQ(scanned.generations.size(), 2U);
  EXPECT_EQ(scanned.generations[0].root, scanned.generations[1].root);
  EXPECT_EQ(bench.read(scanned.generations[1]), bench.read(scanned.generations[0]));
}

TEST(Tamper, ANoteNeedsTheKey) {
  Workbench bench;
  const auto found = bench.write({section("s", {})});
  bench.write_note(found);
  const Note note = scan(bench.file).notes.at(0);
  EXPECT_EQ(note.mark, mark_of(found));
  EXPECT_EQ(bench.key.authenticate(note), note.authenticator);
  Note forged = note;
  forged.mark.value += 1;
  EXPECT_NE(bench.key.authenticate(forged), note.authenticator);
  forged = note;
  forged.counter_id.bytes[0] ^= std::byte{1};
  EXPECT_NE(bench.key.authenticate(forged), note.authenticator);
  const Workbench other(crypto::Cipher::aes_256_gcm, 2);
  EXPECT_NE(other.key.authenticate(note), note.authenticator);
}

class Bases : public testing::Test {
 protected:
  /// A generation that says whatever `edit` makes of a successor of `base` that inherits "s".
  template <class Edit>
  FoundGeneration with_base(const FoundGeneration& base, Edit edit) {
    Proposal proposal = bench.next();
    FoundGeneration claimed = base;
    edit(claimed);
    proposal.base = claimed;
    GenerationWriter writer({bench.head, bench.key, *bench.executor, bench.random},
                            {bench.file, bench.end}, proposal);
    writer.inherit({"s", inherited_type, inherited_length, {}});
    auto found = writer.finish();
    bench.end += found.header.length;
    return found;
  }

  static void as_it_is(FoundGeneration& /*base*/) {}

  Workbench bench{};
  FoundGeneration first = bench.write({section("s", random_bytes(50, 1))});
  FoundGeneration second = bench.write({section("s", random_bytes(50, 2))});
  SectionType inherited_type = section("s", {}).type;
  std::uint64_t inherited_length = 50;
};

TEST_F(Bases, AreReadWhereTheyAreRight) {
  const auto found = with_base(first, as_it_is);
  EXPECT_EQ(bench.read(found)[0].bytes, random_bytes(50, 1));
}

TEST_F(Bases, MustHaveTheRoot) {
  EXPECT_EQ(reading(bench, with_base(first, [&](auto& base) { base.root = second.root; })),
            Code::damaged);
}

TEST_F(Bases, MustBeAtTheOffset) {
  EXPECT_EQ(reading(bench, with_base(first, [&](auto& base) { base.offset = second.offset; })),
            Code::damaged);
  EXPECT_EQ(reading(bench, with_base(first, [&](auto& base) { base.offset = 1U << 30; })),
            Code::damaged);
}

TEST_F(Bases, MustHaveAChainThatIsOneLess) {
  const auto third = bench.refer_to(second);
  EXPECT_EQ(reading(bench, with_base(first, [](auto& base) { base.header.chain = 1; })),
            Code::damaged);
  EXPECT_EQ(reading(bench, with_base(third, [](auto& base) { base.header.chain = 0; })),
            Code::damaged);
}

TEST_F(Bases, MustNotBeTheGenerationItself) {
  const std::uint64_t own = bench.end;
  EXPECT_EQ(reading(bench, with_base(first, [&](auto& base) { base.offset = own; })),
            Code::damaged);
}

TEST_F(Bases, MustHoldTheSection) {
  inherited_length = 51;
  EXPECT_EQ(reading(bench, with_base(first, as_it_is)), Code::damaged);
  inherited_length = 50;
  inherited_type.class_version = 1;
  EXPECT_EQ(reading(bench, with_base(first, as_it_is)), Code::damaged);
  inherited_type = section("s", {}).type;
  const auto other = bench.write({section("t", random_bytes(50, 3))});
  EXPECT_EQ(reading(bench, with_base(other, as_it_is)), Code::damaged);
}

TEST_F(Bases, MustExist) {
  GenerationWriter writer({bench.head, bench.key, *bench.executor, bench.random},
                          {bench.file, bench.end}, bench.next());
  writer.inherit({"s", inherited_type, ~std::uint64_t{0}, {}});
  EXPECT_EQ(reading(bench, writer.finish()), Code::damaged);
}

TEST_F(Bases, MustBeOpenedByTheSameKey) {
  bench.key = LineageKey(bench.head.lineage, crypto::Secret32{});
  EXPECT_EQ(reading(bench, with_base(first, as_it_is)), Code::damaged);
}

TEST_F(Bases, AreDamagedWhereTheirRecordsAre) {
  const auto found = with_base(first, as_it_is);
  bench.file.content[data_of(first) + 7] ^= std::byte{1};
  EXPECT_EQ(reading(bench, found), Code::damaged);
}

TEST_F(Bases, AreDamagedWhereTheirHeadersAre) {
  const auto found = with_base(first, as_it_is);
  bench.file.content[first.offset] ^= std::byte{1};
  EXPECT_EQ(reading(bench, found), Code::damaged);
}

}  // namespace
}  // namespace tidemark::container
