#include <gtest/gtest.h>

#include "tests/state/streams.h"

namespace tidemark::test {
namespace {

/// Claims more than there is memory for.
class EndlessSource final : public Source {
 public:
  explicit EndlessSource(std::uint64_t remaining) : remaining_(remaining) {}
  void read(std::span<std::byte> /*into*/) override { FAIL() << "nothing should be read"; }
  [[nodiscard]] std::uint64_t remaining() const noexcept override { return remaining_; }

 private:
  std::uint64_t remaining_;
};

TEST(ArrayOutOfMemory, SaysSoAndLeavesTheOldElements) {
  std::vector<std::int32_t> array{1};
  State state;
  state.array("it", array);
  // More than a vector may have, more than there is to have.
  for (const std::uint64_t bytes : {std::uint64_t{1} << 63, std::uint64_t{1} << 56}) {
    EndlessSource source(bytes);
    const Error error = error_of([&] { section(state).load(source, section(state).type()); });
    EXPECT_EQ(error.code(), Code::failed);
    EXPECT_STREQ(error.what(), "not enough memory for section \"it\"");
  }
  EXPECT_EQ(array, std::vector<std::int32_t>{1});
}

}  // namespace
}  // namespace tidemark::test
