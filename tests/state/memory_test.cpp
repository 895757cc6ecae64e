#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/state/streams.h"

namespace tidemark::test {
namespace {

class Memory : public testing::Test {
 protected:
  Memory() { state_.memory("it", bytes_); }

  Bytes bytes_ = bytes_of("some bytes");
  State state_;
};

TEST_F(Memory, RoundTrips) {
  const Saved saved = save(state_);
  EXPECT_EQ(saved.type, (SectionType{.kind = SectionKind::memory}));
  EXPECT_EQ(saved.bytes, bytes_of("some bytes"));
  std::ranges::fill(bytes_, std::byte{'x'});
  restore(state_, saved);
  EXPECT_EQ(bytes_, bytes_of("some bytes"));
  section(state_).discard();
  EXPECT_EQ(bytes_, bytes_of("some bytes"));
}

TEST_F(Memory, MayBeEmpty) {
  State state;
  state.memory("it", {});
  const Saved saved = save(state);
  EXPECT_TRUE(saved.bytes.empty());
  restore(state, saved);
}

TEST_F(Memory, RefusesAnotherSizeAndStaysAsItWas) {
  for (const std::string_view other : {"some byte", "some bytes!", ""}) {
    const Saved saved{{.kind = SectionKind::memory}, bytes_of(other)};
    EXPECT_EQ(error_of([&] { load(state_, saved); }).code(), Code::unsupported);
    section(state_).discard();
    EXPECT_EQ(bytes_, bytes_of("some bytes"));
  }
}

TEST_F(Memory, RefusesAnotherKind) {
  std::vector<std::uint8_t> array(10);
  State other;
  other.array("it", array);
  const Error error = error_of([&] { load(state_, save(other)); });
  EXPECT_EQ(error.code(), Code::unsupported);
  EXPECT_THAT(error.what(), testing::HasSubstr("this program has raw memory"));
}

TEST_F(Memory, IsZeroedWhenARestoreFailsHalfWay) {
  std::ranges::fill(bytes_, std::byte{'x'});
  load(state_, {{.kind = SectionKind::memory}, bytes_of("other byte")});
  section(state_).discard();
  EXPECT_EQ(bytes_, Bytes(10));
}

class BrokenSource final : public Source {
 public:
  void read(std::span<std::byte> into) override {
    into.front() = std::byte{'y'};
    throw Error(Code::damaged, "broken", "none");
  }
  [[nodiscard]] std::uint64_t remaining() const noexcept override { return 10; }
};

TEST_F(Memory, IsZeroedWhenReadingFails) {
  BrokenSource source;
  const Error error = error_of([&] { section(state_).load(source, section(state_).type()); });
  EXPECT_EQ(error.code(), Code::damaged);
  section(state_).discard();
  EXPECT_EQ(bytes_, Bytes(10));
}

}  // namespace
}  // namespace tidemark::test
