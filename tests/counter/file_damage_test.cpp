/// A counter of files whose file was damaged: it says the mark, the one before, or that it is
/// damaged, and never anything else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tidemark/error.h>

#include <random>

#include "counter/file.h"
#include "crypto/hash.h"
#include "io/simulated.h"
#include "marks.h"

namespace tidemark::counter {
namespace {

enum class Says { newest, previous, unavailable };

class FileCounterDamage : public testing::Test {
 protected:
  void SetUp() override {
    FileCounter counter = open();
    EXPECT_FALSE(counter.advance("a", std::nullopt, mark_of(0)));
    EXPECT_FALSE(counter.advance("a", mark_of(0), mark_of(1)));
    EXPECT_FALSE(counter.advance("a", mark_of(1), mark_of(2)));
    whole_ = files_.contents(file_).value();
  }

  [[nodiscard]] FileCounter open() { return {files_, clock_, random_, "/counters"}; }

  /// What a process says of a file with these contents.
  Says read(Bytes contents) {
    files_.put(file_, contents);
    FileCounter counter = open();
    try {
      const auto reading = counter.read("a");
      if (reading == CounterReading{.birth = mark_of(0), .mark = mark_of(2)}) return Says::newest;
      if (reading == CounterReading{.birth = mark_of(0), .mark = mark_of(1)}) return Says::previous;
      ADD_FAILURE() << (reading ? "another mark" : "absent");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::counter_unavailable);
      EXPECT_THAT(error.what(), testing::HasSubstr(file_.string()));
    }
    EXPECT_TRUE(refuses(counter)) << "it was not read, but advances";
    return Says::unavailable;
  }

  static bool refuses(FileCounter& counter) {
    try {
      return counter.advance("a", std::nullopt, mark_of(0, 1)).has_value();
    } catch (const Error&) {
      return true;
    }
  }

  io::SimulatedFileSystem files_;
  SystemClock clock_;
  SystemRandom random_;
  std::filesystem::path file_ =
      "/counters/" + to_hex(crypto::sha256({bytes_of("a")}).bytes) + ".counter";
  Buffer whole_;
};

/// Every bit of what a slot says and of its checksum, and one in each byte of the zeros between
/// them, for the sake of time; slot_test.cpp changes them all.
TEST_F(FileCounterDamage, InOneBitCostsNoMoreThanTheNewestMark) {
  ASSERT_EQ(read(whole_), Says::newest);
  Buffer contents = whole_;
  for (std::size_t offset = 0; offset < contents.size(); ++offset) {
    const std::size_t in_slot = offset % slot_size;
    for (unsigned bit = in_slot >= 136 && in_slot < 4064 ? 7 : 0; bit < 8; ++bit) {
      const auto mask = static_cast<std::byte>(1U << bit);
      contents[offset] ^= mask;
      // The birth filled both slots, the first advance the first and the second the other.
      ASSERT_EQ(read(contents), offset < slot_size ? Says::newest : Says::previous) << offset;
      contents[offset] ^= mask;
    }
  }
}

TEST_F(FileCounterDamage, OfBothSlotsIsNeverTakenForAbsent) {
  Buffer contents = whole_;
  contents[100] ^= std::byte{1};
  contents[slot_size + 100] ^= std::byte{1};
  EXPECT_EQ(read(contents), Says::unavailable);
  EXPECT_EQ(read(Buffer(whole_.size())), Says::unavailable);
  std::mt19937_64 dice(1);
  for (int i = 0; i < 100; ++i) {
    for (std::byte& byte : contents) byte = static_cast<std::byte>(dice() & 0xff);
    EXPECT_EQ(read(contents), Says::unavailable);
  }
}

TEST_F(FileCounterDamage, OfTheSizeIsNeverTakenForAbsent) {
  for (std::size_t size = 0; size < whole_.size(); ++size) {
    ASSERT_EQ(read(Bytes(whole_).first(size)), Says::unavailable) << size;
  }
  Buffer contents = whole_;
  for (const std::size_t size : {8193U, 12288U, 1U << 20U}) {
    contents.resize(size);
    EXPECT_EQ(read(contents), Says::unavailable) << size;
  }
}

TEST_F(FileCounterDamage, MixedFromTwoFilesIsRefused) {
  const Bytes first = Bytes(whole_).first(slot_size);
  const Bytes second = Bytes(whole_).last(slot_size);
  const auto join = [](Bytes left, Bytes right) {
    Buffer joined(left.begin(), left.end());
    joined.insert(joined.end(), right.begin(), right.end());
    return joined;
  };
  EXPECT_EQ(read(join(second, first)), Says::newest) << "where a slot lies does not matter";
  EXPECT_EQ(read(join(first, first)), Says::unavailable);
  Slot foreign = decode_slot(second).value();
  foreign.birth = mark_of(0, 1);
  EXPECT_EQ(read(join(first, encode(foreign))), Says::unavailable);
}

TEST_F(FileCounterDamage, OfAnotherLineageIsRefused) {
  FileCounter counter = open();
  EXPECT_FALSE(counter.advance("b", std::nullopt, mark_of(0)));
  const std::filesystem::path other =
      "/counters/" + to_hex(crypto::sha256({bytes_of("b")}).bytes) + ".counter";
  EXPECT_EQ(read(files_.contents(other).value()), Says::unavailable);
}

}  // namespace
}  // namespace tidemark::counter
