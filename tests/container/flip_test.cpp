#include <gtest/gtest.h>
#include <tidemark/error.h>

#include <algorithm>

#include "tests/container/workbench.h"

/// Whatever becomes of the bytes of a file: nothing crashes, and what is read as a generation of a
/// root that was once written is what was written under that root.
namespace tidemark::container {
namespace {

struct Written {
  Root root;
  Contents contents;
};

class Flip : public testing::TestWithParam<crypto::Cipher> {
 protected:
  Flip() : bench(GetParam()) {
    const Contents contents{section("a", random_bytes(30, 1)), section("e", {}),
                            section("b", random_bytes(20, 2))};
    const FoundGeneration first = bench.write(contents);
    bench.write_note(first);
    written = {{first.root, contents},
               {bench.refer_to(first).root, contents},
               {bench.write(contents, bench.next_move()).root, contents}};
    original = bench.file.content;
  }

  /// Reads all that the file holds. Returns how many generations were read to their last byte.
  std::size_t examine() {
    std::size_t whole = 0;
    try {
      for (const FoundGeneration& found : scan(bench.file).generations) {
        Contents contents;
        const Code code = code_of([&] { contents = bench.read(found); });
        if (code == Code::ok) {
          ++whole;
          const auto known = std::ranges::find(written, found.root, &Written::root);
          EXPECT_TRUE(known != written.end() && known->contents == contents);
        } else {
          EXPECT_EQ(code, Code::damaged);
        }
      }
    } catch (const Error& error) {
      EXPECT_TRUE(error.code() == Code::damaged || error.code() == Code::unsupported);
    }
    return whole;
  }

  Workbench bench;
  std::vector<Written> written{};
  Buffer original{};
};

TEST_P(Flip, NoBitCanBeFlippedUnnoticed) {
  ASSERT_EQ(examine(), 3U);
  for (std::size_t at = 0; at < original.size(); ++at) {
    // Most of a file this small is the zeros between things: one bit of them stands for eight.
    const bool all_bits = original[at] != std::byte{0} && GetParam() == crypto::Cipher::aes_256_gcm;
    for (std::size_t bit = all_bits ? 0 : at % 8; bit < 8; bit += all_bits ? 1 : 8) {
      bench.file.content[at] ^= std::byte{1} << bit;
      const std::size_t whole = examine();
      EXPECT_TRUE(whole < 3 || scan(bench.file).notes.empty()) << at;
      bench.file.content[at] = original[at];
    }
  }
}

TEST_P(Flip, EveryTruncationLeavesWhatIsWhole) {
  std::size_t last = 0;
  for (std::size_t size = 0; size <= original.size(); size += size % block_size < 600 ? 1 : 53) {
    bench.file.content.assign(original.begin(),
                              original.begin() + static_cast<std::ptrdiff_t>(size));
    const std::size_t whole = examine();
    EXPECT_GE(whole, last) << size;
    last = whole;
  }
  bench.file.content = original;
  EXPECT_EQ(examine(), 3U);
}

TEST_P(Flip, GarbageOfEveryKindIsSurvived) {
  SeededRandom random(1);
  const auto number = [&](std::size_t below) {
    std::uint64_t value = 0;
    random.fill(std::as_writable_bytes(std::span(&value, 1)));
    return static_cast<std::size_t>(value % below);
  };
  for (int round = 0; round < 300; ++round) {
    bench.file.content = original;
    for (std::size_t edits = 1 + number(4); edits > 0; --edits) {
      const std::size_t at = number(original.size());
      const std::size_t size = std::min(original.size() - at, number(600));
      const auto place = MutableBytes(bench.file.content).subspan(at, size);
      if (number(2) == 0) {
        random.fill(place);
      } else {
        const std::size_t from = number(original.size() - size);
        std::ranges::copy(Bytes(original).subspan(from, size), place.begin());
      }
    }
    examine();
  }
}

/// Fields of a header set to extremes, with a checksum that fits.
TEST_P(Flip, HostileHeadersAreSurvived) {
  for (const FoundGeneration& found : scan(bench.file).generations) {
    for (std::size_t field = 12; field < found.header.encoded_size() - 32; ++field) {
      for (const int value : {0x00, 0x7f, 0xff}) {
        bench.file.content = original;
        bench.file.content[found.offset + field] = static_cast<std::byte>(value);
        fix_checksum(bench.file.content, found.offset);
        examine();
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ciphers, Flip,
                         testing::Values(crypto::Cipher::none, crypto::Cipher::aes_256_gcm,
                                         crypto::Cipher::chacha20_poly1305),
                         [](const auto& cipher) {
                           return cipher.param == crypto::Cipher::none          ? "none"
                                  : cipher.param == crypto::Cipher::aes_256_gcm ? "aes"
                                                                                : "chacha";
                         });

/// Without a cipher there is no secret, so an index can be anything with a tag that fits. Nothing
/// may be allocated by what it claims, and nothing read that lies outside.
TEST(Hostile, IndexesAreSurvived) {
  Workbench bench(crypto::Cipher::none);
  const auto found =
      bench.write({section("a", random_bytes(30, 1)), section("b", random_bytes(20, 2))});
  const Buffer original = bench.file.content;
  const auto sealers = make_sealers(bench.head.cipher, bench.key, found.header.salt);
  const std::size_t size = found.header.index_length - 32;
  const Buffer header = found.header.encode();
  for (std::size_t at = 0; at < size; ++at) {
    for (const int value : {0x00, 0x01, 0x02, 0x7f, 0x80, 0xff}) {
      bench.file.content = original;
      const auto index = MutableBytes(bench.file.content)
                             .subspan(found.offset + found.header.index_offset, size + 32);
      index[at] = static_cast<std::byte>(value);
      sealers.index->seal(0, header, index.first(size), index.first(size), index.last(32));
      const auto hostile = scan(bench.file).generations.at(0);
      const Code code = code_of([&] { (void)bench.read(hostile); });
      EXPECT_TRUE(code == Code::ok || code == Code::damaged || code == Code::unsupported);
    }
  }
}

}  // namespace
}  // namespace tidemark::container
