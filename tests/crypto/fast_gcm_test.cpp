#include "crypto/fast_gcm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace tidemark::crypto {
namespace {

/// The fast path beside OpenSSL. Skipped, saying so, where there is none.
class FastGcmTest : public testing::Test {
 protected:
  void SetUp() override {
    if (make_fast_gcm(Secret32()) == nullptr) {
      GTEST_SKIP() << "no libipsec-mb in this build or on this system, or no VAES here";
    }
    Secret32 key;
    fill(key.mutable_bytes());
    fast = make_fast_gcm(key);
    openssl = make_openssl_sealer(Cipher::aes_256_gcm, key);
  }

  void fill(MutableBytes bytes) {
    std::ranges::generate(bytes, [&] { return static_cast<std::byte>(random()); });
  }

  std::size_t up_to(std::size_t largest) {
    return std::uniform_int_distribution<std::size_t>(0, largest)(random);
  }

  /// Small ones as often as large ones.
  std::size_t some_size() { return up_to(std::size_t{1} << up_to(17)); }

  std::mt19937_64 random{20261125};
  std::unique_ptr<Sealer> fast;
  std::unique_ptr<Sealer> openssl;
};

/// A record somewhere in memory, at any alignment.
struct Somewhere {
  Somewhere(std::size_t size, std::size_t shift)
      : memory(size + shift + 1), bytes(MutableBytes(memory).subspan(shift, size)) {}
  Buffer memory;
  MutableBytes bytes;
};

TEST_F(FastGcmTest, GivesTheSameBytesAsOpenSsl) {
  for (int i = 0; i < 2000; ++i) {
    const std::size_t size = some_size();
    const std::uint64_t number = random();
    Somewhere plain(size, up_to(64));
    Somewhere associated(up_to(200), up_to(64));
    Somewhere ours(size, up_to(64));
    Somewhere theirs(size, up_to(64));
    Somewhere our_tag(16, up_to(64));
    Buffer their_tag(16);
    fill(plain.bytes);
    fill(associated.bytes);
    fast->seal(number, associated.bytes, plain.bytes, ours.bytes, our_tag.bytes);
    openssl->seal(number, associated.bytes, plain.bytes, theirs.bytes, their_tag);
    ASSERT_TRUE(std::ranges::equal(ours.bytes, theirs.bytes)) << size << " bytes";
    ASSERT_TRUE(std::ranges::equal(our_tag.bytes, their_tag)) << size << " bytes";
    ASSERT_TRUE(openssl->open(number, associated.bytes, ours.bytes, our_tag.bytes, theirs.bytes));
    ASSERT_TRUE(fast->open(number, associated.bytes, ours.bytes, our_tag.bytes, ours.bytes));
    ASSERT_TRUE(std::ranges::equal(ours.bytes, plain.bytes)) << size << " bytes";
    ASSERT_TRUE(std::ranges::equal(theirs.bytes, plain.bytes)) << size << " bytes";
  }
}

TEST_F(FastGcmTest, SealsInPlace) {
  for (int i = 0; i < 200; ++i) {
    Somewhere record(some_size(), up_to(64));
    fill(record.bytes);
    Buffer apart(record.bytes.size());
    Buffer tag(16);
    Buffer tag_apart(16);
    openssl->seal(7, {}, record.bytes, apart, tag_apart);
    fast->seal(7, {}, record.bytes, record.bytes, tag);
    ASSERT_TRUE(std::ranges::equal(record.bytes, apart));
    ASSERT_EQ(tag, tag_apart);
  }
}

TEST_F(FastGcmTest, RefusesWhatWasAltered) {
  for (int i = 0; i < 500; ++i) {
    Buffer associated(1 + up_to(100));
    Buffer record(1 + some_size());
    Buffer tag(16);
    fill(record);
    fill(associated);
    fast->seal(3, associated, record, record, tag);
    const std::array<Buffer*, 3> parts{&associated, &record, &tag};
    Buffer& part = *parts.at(up_to(2));
    part[up_to(part.size() - 1)] ^= std::byte{1} << up_to(7);
    Buffer plain(record.size(), std::byte{1});
    ASSERT_FALSE(fast->open(3, associated, record, tag, plain));
    ASSERT_EQ(plain, Buffer(record.size()));  // nothing of it is handed over
  }
}

TEST_F(FastGcmTest, RefusesATagOfAnotherSize) {
  Buffer record(100);
  Buffer tag(16);
  fast->seal(3, {}, record, record, tag);
  EXPECT_FALSE(fast->open(3, {}, record, Bytes(tag).first(15), record));
}

TEST_F(FastGcmTest, CanBeLeftOut) {
  use_fast_gcm(false);
  EXPECT_EQ(make_fast_gcm(Secret32()), nullptr);
  use_fast_gcm(true);
  EXPECT_NE(make_fast_gcm(Secret32()), nullptr);
}

}  // namespace
}  // namespace tidemark::crypto
