#include "crypto/fingerprint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace tidemark::crypto {
namespace {

Secret32 key(std::uint8_t byte) {
  Secret32 secret;
  std::ranges::fill(secret.mutable_bytes(), std::byte{byte});
  return secret;
}

Buffer random_bytes(std::size_t size) {
  std::mt19937 engine(static_cast<unsigned>(size));
  Buffer bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(engine());
  return bytes;
}

Fingerprint of(const Fingerprinter& fingerprinter, Bytes bytes) {
  Fingerprint one{};
  fingerprinter.of_pieces(bytes, bytes.size() + 1, {&one, 1});
  return one;
}

TEST(Fingerprint, IsTheSameForTheSameBytesAndKey) {
  const Buffer bytes = random_bytes(5000);
  EXPECT_EQ(of(Fingerprinter(key(1)), bytes), of(Fingerprinter(key(1)), bytes));
  EXPECT_NE(of(Fingerprinter(key(1)), bytes), of(Fingerprinter(key(2)), bytes));
}

TEST(Fingerprint, DiffersForEveryFlippedBitAndEveryLength) {
  const Fingerprinter fingerprinter(key(3));
  Buffer bytes = random_bytes(300);
  std::set<Fingerprint> seen{of(fingerprinter, bytes)};
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_TRUE(seen.insert(of(fingerprinter, bytes)).second) << bit;
    bytes[bit / 8] ^= std::byte{1} << (bit % 8);
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(seen.insert(of(fingerprinter, Bytes(bytes).first(size))).second) << size;
  }
  const Buffer zeros(64);
  for (std::size_t size = 0; size < zeros.size(); ++size) {
    EXPECT_EQ(seen.insert(of(fingerprinter, Bytes(zeros).first(size))).second, size > 0) << size;
  }
}

TEST(Fingerprint, OfPiecesIsThatOfEach) {
  const Fingerprinter fingerprinter(key(4));
  const Buffer bytes = random_bytes(3 * 64 + 5);
  std::array<Fingerprint, 4> all{};
  fingerprinter.of_pieces(bytes, 64, all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t size = std::min<std::size_t>(64, bytes.size() - 64 * i);
    EXPECT_EQ(all[i], of(fingerprinter, Bytes(bytes).subspan(64 * i, size))) << i;
  }
}

TEST(Fingerprint, OfAStreamIsThatOfTheWhole) {
  const Fingerprinter fingerprinter(key(5));
  const Buffer bytes = random_bytes(10000);
  for (const std::size_t step : {1U, 15U, 16U, 17U, 4096U, 20000U}) {
    auto stream = fingerprinter.stream();
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      stream.update(Bytes(bytes).subspan(at, std::min(step, bytes.size() - at)));
    }
    EXPECT_EQ(stream.finish(), of(fingerprinter, bytes)) << step;
  }
}

// A stream goes through OpenSSL, pieces through libipsec-mb where that is faster.
TEST(Fingerprint, IsTheSameWhoeverTakesIt) {
  const Fingerprinter fingerprinter(key(6));
  const Buffer bytes = random_bytes(20000);
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    const std::size_t offset = random() % 100;
    const std::size_t size = random() % (std::size_t{1} << (random() % 15));
    const Bytes some = Bytes(bytes).subspan(offset, size);
    auto stream = fingerprinter.stream();
    stream.update(some);
    ASSERT_EQ(stream.finish(), of(fingerprinter, some)) << offset << ", " << size;
  }
}

}  // namespace
}  // namespace tidemark::crypto
