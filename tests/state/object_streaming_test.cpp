#include <gtest/gtest.h>
#include <tidemark/cereal.h>

#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>

#include "tests/state/allocations.h"
#include "tests/state/streams.h"

namespace tidemark::test {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// Counts and forgets.
class CountingSink final : public Sink {
 public:
  void write(std::span<const std::byte> bytes) override {
    total += bytes.size();
    largest = std::max(largest, bytes.size());
  }

  std::size_t total = 0;
  std::size_t largest = 0;
};

template <class T>
void expect_streaming(T object, std::size_t least_size) {
  State state;
  state.object("it", object);
  CountingSink sink;
  const std::size_t before = allocated_now();
  reset_peak();
  section(state).save(sink);
  EXPECT_GE(sink.total, least_size);
  EXPECT_LE(sink.largest, 65536U);
  EXPECT_LE(allocated_peak() - before, 131072U);
}

TEST(Streaming, ManyTextsAreSavedWithoutASecondCopy) {
  expect_streaming(std::vector<std::string>(65536, std::string(1024, 'x')), 64 * mebibyte);
}

TEST(Streaming, OneLargeBlockIsSavedWithoutASecondCopy) {
  expect_streaming(std::vector<double>(8 * mebibyte, 1.0), 64 * mebibyte);
}

TEST(Streaming, ARestoreTakesNoMoreMemoryThanTheObject) {
  std::vector<std::string> texts(16384, std::string(1024, 'x'));
  State state;
  state.object("it", texts);
  const Saved saved = save(state);
  texts = {};
  texts.shrink_to_fit();
  const std::size_t before = allocated_now();
  reset_peak();
  restore(state, saved);
  EXPECT_EQ(texts.size(), 16384U);
  EXPECT_LE(allocated_peak() - before, allocated_now() - before + 131072U);
}

}  // namespace
}  // namespace tidemark::test
