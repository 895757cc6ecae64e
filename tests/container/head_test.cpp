#include <gtest/gtest.h>
#include <tidemark/error.h>

#include <algorithm>

#include "container/seal.h"
#include "crypto/hash.h"
#include "tests/container/workbench.h"

namespace tidemark::container {
namespace {

FileHead some_head(std::string name = "person") {
  FileHead head;
  head.cipher = crypto::Cipher::chacha20_poly1305;
  head.lineage.bytes.fill(std::byte{5});
  head.name = std::move(name);
  return head;
}

/// Sets a byte and makes the checksum fit again.
Buffer edited(Buffer head, std::size_t at, std::uint8_t value) {
  head.at(at) = std::byte{value};
  const auto covered = Bytes(head).first(head.size() - 32);
  std::ranges::copy(crypto::sha256({covered}).bytes, head.end() - 32);
  return head;
}

Code refusal(Bytes bytes) {
  return code_of([&] { (void)FileHead::decode(bytes); });
}

TEST(Head, ComesBackAsItWas) {
  for (const std::size_t size : {1U, 6U, 4000U, 4001U, 4608U}) {
    const FileHead head = some_head(std::string(size, '\xe9'));
    Buffer encoded = head.encode();
    EXPECT_EQ(encoded.size(), size > 4000 ? 2 * block_size : block_size);
    EXPECT_EQ(encoded.size(), head.encoded_size());
    encoded.resize(largest_head, std::byte{0xaa});  // what follows it in the file
    const FileHead decoded = FileHead::decode(encoded);
    EXPECT_EQ(decoded.name, head.name);
    EXPECT_EQ(decoded.lineage, head.lineage);
    EXPECT_EQ(decoded.cipher, head.cipher);
  }
}

TEST(Head, KeepsACountersSecretSealed) {
  for (const std::size_t size : {1U, 3705U, 3706U, 4608U}) {
    FileHead head = some_head(std::string(size, 'x'));
    const LineageKey key(head.lineage, crypto::Secret32());
    CounterSecret secret{.identity = {{std::byte{9}}}};
    secret.secret.mutable_bytes()[3] = std::byte{4};
    head.counter_secret = seal_counter_secret(
        secret, key, {Buffer(81, std::byte{1}), Buffer(93, std::byte{2})}, {std::byte{5}});
    const Buffer encoded = head.encode();
    EXPECT_EQ(encoded.size(), size > 3705 ? 2 * block_size : block_size);
    const FileHead decoded = FileHead::decode(encoded);
    ASSERT_TRUE(decoded.counter_secret);
    EXPECT_EQ(decoded.counter_secret->key_slots, head.counter_secret->key_slots);
    EXPECT_EQ(decoded.encode(), encoded);
    const auto opened = open_counter_secret(*decoded.counter_secret, key);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->secret.bytes()[3], std::byte{4});
    EXPECT_EQ(opened->identity, secret.identity);
    head.counter_secret->sealed[70] ^= std::byte{1};
    EXPECT_FALSE(open_counter_secret(*head.counter_secret, key));
    head.counter_secret->sealed[70] ^= std::byte{1};
    head.counter_secret->salt[31] ^= std::byte{1};
    EXPECT_FALSE(open_counter_secret(*head.counter_secret, key));
    EXPECT_NE(digest_of(head.encode()), digest_of(encoded));
  }
}

TEST(Head, KeepsNamesOfAnyBytes) {
  const std::string name("a\0\n\xff", 4);
  EXPECT_EQ(FileHead::decode(some_head(name).encode()).name, name);
}

TEST(Head, RefusesWhatIsNoHead) {
  EXPECT_EQ(refusal({}), Code::damaged);
  EXPECT_EQ(refusal(bytes_of("TIDEMARK")), Code::damaged);
  EXPECT_EQ(refusal(Buffer(block_size)), Code::damaged);
  EXPECT_EQ(refusal(random_bytes(largest_head, 1)), Code::damaged);
}

TEST(Head, RefusesEveryTruncation) {
  const Buffer head = some_head().encode();
  for (std::size_t size = 0; size < head.size(); ++size) {
    EXPECT_EQ(refusal(Bytes(head).first(size)), Code::damaged) << size;
  }
}

TEST(Head, RefusesEveryFlippedBit) {
  const Buffer head = some_head().encode();
  for (std::size_t bit = 0; bit < 8 * head.size(); ++bit) {
    Buffer flipped = head;
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    const bool version_or_flags = bit / 8 >= 8 && bit / 8 < 12;
    EXPECT_EQ(refusal(flipped), version_or_flags ? Code::unsupported : Code::damaged) << bit;
  }
}

TEST(Head, SaysWhatALaterProgramWrote) {
  const Buffer head = some_head().encode();
  EXPECT_EQ(refusal(edited(head, 8, 2)), Code::unsupported);       // version
  EXPECT_EQ(refusal(edited(head, 10, 1)), Code::unsupported);      // flags
  EXPECT_EQ(refusal(edited(head, 16, 3)), Code::unsupported);      // cipher
  EXPECT_EQ(refusal(edited(head, 35 + 6, 1)), Code::unsupported);  // extensions
}

TEST(Head, RefusesSizesThatAreNotItsOwn) {
  const Buffer head = some_head().encode();
  EXPECT_EQ(refusal(edited(head, 33, 0)), Code::damaged);     // no name
  EXPECT_EQ(refusal(edited(head, 34, 0x12)), Code::damaged);  // 4614 bytes of name
  EXPECT_EQ(refusal(edited(edited(head, 33, 0xf0), 34, 0x0f)), Code::damaged);  // 4080
  EXPECT_EQ(refusal(edited(head, 2000, 1)), Code::damaged);  // where zeros belong
  EXPECT_EQ(refusal(edited(edited(head, 33, 0xa1), 34, 0x0f)), Code::damaged);  // 4001
  Buffer large = head;
  large.resize(largest_head);
  EXPECT_EQ(refusal(edited(large, 13, 0x20)), Code::damaged);  // two blocks, where one is enough
  EXPECT_EQ(refusal(edited(large, 15, 0x80)), Code::damaged);  // 2 GiB
  EXPECT_EQ(refusal(edited(large, 13, 0)), Code::damaged);     // none
}

TEST(Head, DigestBindsEveryField) {
  const Digest digest = digest_of(some_head().encode());
  FileHead other = some_head();
  other.cipher = crypto::Cipher::aes_256_gcm;
  EXPECT_NE(digest_of(other.encode()), digest);
  other = some_head();
  other.lineage.bytes[0] = std::byte{6};
  EXPECT_NE(digest_of(other.encode()), digest);
  EXPECT_NE(digest_of(some_head("Person").encode()), digest);
}

}  // namespace
}  // namespace tidemark::container
