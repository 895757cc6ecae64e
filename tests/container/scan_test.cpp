#include <gtest/gtest.h>
#include <tidemark/error.h>

#include <algorithm>

#include "tests/container/workbench.h"

namespace tidemark::container {
namespace {

std::vector<std::uint64_t> offsets(const FileScan& scanned) {
  std::vector<std::uint64_t> all;
  all.reserve(scanned.generations.size());
  for (const auto& found : scanned.generations) all.push_back(found.offset);
  return all;
}

/// Three small generations and a note, and where they begin.
struct Small : Workbench {
  explicit Small(crypto::Cipher cipher = crypto::Cipher::aes_256_gcm) : Workbench(cipher) {
    for (std::uint64_t i = 0; i < 3; ++i) {
      at.push_back(end);
      last = write({section("s", random_bytes(100, i))});
      if (i == 1) write_note(last);
    }
  }
  std::vector<std::uint64_t> at;
  FoundGeneration last;
};

TEST(Scan, FindsEveryItem) {
  Small bench;
  const FileScan scanned = scan(bench.file);
  EXPECT_EQ(offsets(scanned), bench.at);
  EXPECT_EQ(scanned.notes.size(), 1U);
  EXPECT_EQ(scanned.end, bench.end);
  EXPECT_EQ(scanned.size, bench.file.size());
  EXPECT_FALSE(scanned.unreadable);
  EXPECT_EQ(scanned.generations.back().root, bench.last.root);
  EXPECT_EQ(scanned.head.name, "workbench");
}

TEST(Scan, OfAHeadAloneFindsNothing) {
  Workbench bench;
  const FileScan scanned = scan(bench.file);
  EXPECT_TRUE(scanned.generations.empty());
  EXPECT_EQ(scanned.end, block_size);
}

TEST(Scan, ReadsNoBulkData) {
  Workbench bench;
  for (int i = 0; i < 3; ++i) bench.write({section("bulk", Buffer(20 * record_size))});
  bench.file.bytes_read = 0;
  EXPECT_EQ(scan(bench.file).generations.size(), 3U);
  EXPECT_LT(bench.file.bytes_read, 8U * block_size);
}

TEST(Scan, WalksThroughATornBulkOnce) {
  Workbench bench;
  const std::uint64_t torn = bench.end;
  bench.write({section("bulk", random_bytes(20 * record_size, 1))});
  const auto after = bench.write({section("s", {})});
  bench.file.content[torn] = std::byte{0};
  bench.file.bytes_read = 0;
  const FileScan scanned = scan(bench.file);
  EXPECT_EQ(offsets(scanned), std::vector{after.offset});
  EXPECT_TRUE(scanned.unreadable);
  EXPECT_LT(bench.file.bytes_read, bench.file.size() + 16 * block_size);
}

TEST(Scan, ATornTailCostsOnlyItself) {
  for (const int filling : {-1, 0, 1}) {  // cut, zeros, garbage
    const Small whole;
    for (std::size_t size = whole.at[2]; size < whole.end; size += 37) {
      Small bench;
      bench.file.content.resize(size);
      if (filling == 0) bench.file.content.resize(whole.end);
      if (filling == 1) {
        std::ranges::copy(random_bytes(whole.end - size, size),
                          std::back_inserter(bench.file.content));
      }
      const FileScan scanned = scan(bench.file);
      ASSERT_GE(scanned.generations.size(), 2U) << size;
      EXPECT_EQ(scanned.generations[1].offset, bench.at[1]);
      EXPECT_EQ(scanned.notes.size(), 1U);
      EXPECT_EQ(bench.read(scanned.generations[1])[0].bytes, random_bytes(100, 1));
      if (scanned.generations.size() == 3) {
        // The header came through, and what follows it perhaps not.
        Contents contents;
        const Code code = code_of([&] { contents = bench.read(scanned.generations[2]); });
        if (code == Code::ok) {
          EXPECT_EQ(contents[0].bytes, random_bytes(100, 2));
        } else {
          EXPECT_EQ(code, Code::damaged);
        }
      } else {
        EXPECT_EQ(scanned.end, bench.at[2]);
      }
    }
  }
}

TEST(Scan, ADestroyedGenerationDoesNotHideLaterOnes) {
  Small bench;
  std::fill_n(bench.file.content.begin() + static_cast<std::ptrdiff_t>(bench.at[0]), block_size,
              std::byte{0x55});
  const FileScan scanned = scan(bench.file);
  EXPECT_EQ(offsets(scanned), (std::vector{bench.at[1], bench.at[2]}));
  EXPECT_EQ(scanned.end, bench.end);
  EXPECT_TRUE(scanned.unreadable);
}

TEST(Scan, WithoutEncryptionBelievesNothingBehindATear) {
  Small bench(crypto::Cipher::none);
  EXPECT_EQ(scan(bench.file).generations.size(), 3U);
  bench.file.content[bench.at[1]] = std::byte{0};
  const FileScan scanned = scan(bench.file);
  EXPECT_EQ(offsets(scanned), std::vector{bench.at[0]});
  EXPECT_EQ(scanned.end, bench.at[1]);
}

TEST(Scan, WithoutEncryptionSavedBytesThatLookLikeItemsAreNone) {
  Small inner(crypto::Cipher::none);
  Workbench outer(crypto::Cipher::none);  // of the same seed, so of the same head
  Buffer saved(block_size - outer.next().key_slots.size() - 343);
  std::ranges::copy(Bytes(inner.file.content).subspan(block_size), std::back_inserter(saved));
  const auto real = outer.write({section("s", saved)});
  const auto looks_like = [&](std::uint64_t offset) {
    return read_generation(outer.file, offset).has_value();
  };
  ASSERT_TRUE(looks_like(real.offset + block_size));  // the trap is set
  EXPECT_EQ(offsets(scan(outer.file)), std::vector{real.offset});
  outer.file.content[real.offset] = std::byte{0};
  EXPECT_TRUE(scan(outer.file).generations.empty());
}

TEST(Scan, AnotherFilesItemsAreNone) {
  Small bench;
  Workbench other(crypto::Cipher::aes_256_gcm, 2);
  const auto strange = other.write({section("s", {})});
  std::ranges::copy(Bytes(other.file.content).subspan(strange.offset),
                    std::back_inserter(bench.file.content));
  const FileScan scanned = scan(bench.file);
  EXPECT_EQ(scanned.generations.size(), 3U);
  EXPECT_EQ(scanned.end, bench.end);
}

TEST(Scan, SaysWhatALaterProgramWrote) {
  Small bench;
  bench.file.content[bench.at[2] + 232] = std::byte{6};
  fix_checksum(bench.file.content, bench.at[2]);
  EXPECT_EQ(code_of([&] { (void)scan(bench.file); }), Code::unsupported);
}

/// Header after header that claims the largest index, with bytes where zeros belong: each is
/// refused, and none may cost the reading of what it claims.
TEST(Scan, HostileSizesCostNoMoreThanTheFile) {
  Workbench bench;
  const auto honest = bench.write({section("s", {})});
  constexpr std::uint64_t blocks = 4096;
  constexpr std::uint32_t claimed = 8U << 20;
  bench.file.content.resize(honest.offset);
  for (std::uint64_t i = 0; i < blocks; ++i) {
    GenerationHeader header = honest.header;
    header.index_offset = header.encoded_size();
    header.index_length = claimed;
    header.length = whole_blocks(header.index_offset + header.index_length);
    Buffer block = header.encode();
    block.resize(block_size, std::byte{0x55});
    std::ranges::copy(block, std::back_inserter(bench.file.content));
  }
  bench.file.bytes_read = 0;
  const FileScan scanned = scan(bench.file);
  EXPECT_TRUE(scanned.generations.empty());
  EXPECT_LT(bench.file.bytes_read, 4 * bench.file.size());
}

TEST(Scan, AlternatingItemsAndHolesCostNoMoreThanTheFile) {
  Workbench bench;
  const auto found = bench.write({section("s", {})});
  const Buffer item(bench.file.content.begin() + static_cast<std::ptrdiff_t>(found.offset),
                    bench.file.content.end());
  for (int i = 0; i < 1000; ++i) {
    bench.file.content.resize(bench.file.content.size() + block_size, std::byte{0x33});
    std::ranges::copy(item, std::back_inserter(bench.file.content));
  }
  bench.file.bytes_read = 0;
  EXPECT_EQ(scan(bench.file).generations.size(), 1001U);
  EXPECT_LT(bench.file.bytes_read, 4 * bench.file.size());
}

TEST(ReadGeneration, ReadsOneAlone) {
  Small bench;
  const auto found = read_generation(bench.file, bench.at[1]);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->root, scan(bench.file).generations[1].root);
  EXPECT_FALSE(read_generation(bench.file, bench.at[1] + block_size));
  EXPECT_FALSE(read_generation(bench.file, bench.end));
  EXPECT_FALSE(read_generation(bench.file, ~std::uint64_t{0}));
}

}  // namespace
}  // namespace tidemark::container
