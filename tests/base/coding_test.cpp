#include "base/coding.h"

#include <gtest/gtest.h>
#include <tidemark/error.h>

#include <cstdint>
#include <limits>
#include <string>

namespace tidemark {
namespace {

constexpr std::uint64_t max_uint64 = std::numeric_limits<std::uint64_t>::max();

Digest digest_of(int first) {
  Digest digest;
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    digest.bytes.at(i) = static_cast<std::byte>(first + static_cast<int>(i));
  }
  return digest;
}

/// Expects Error (`damaged`) and returns what it says.
template <class Function>
std::string damage(Function function) {
  try {
    function();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::damaged);
    EXPECT_FALSE(error.advice().empty());
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

TEST(Encoder, IsLittleEndian) {
  Encoder out;
  out.number<std::uint8_t>(0xfe);
  out.number<std::uint16_t>(0x0102);
  out.number<std::uint32_t>(0x01020304);
  out.number<std::uint64_t>(0x0102030405060708);
  EXPECT_EQ(to_hex(out.bytes()), "fe0201040302010807060504030201");
  EXPECT_EQ(out.size(), 15U);
}

TEST(Encoder, MarkIsValueThenDigest) {
  Encoder out;
  out.mark({.value = 1, .digest = digest_of(0xc0)});
  EXPECT_EQ(to_hex(out.bytes()),
            "0100000000000000"
            "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf");
}

TEST(Encoder, FillsUpWithZeros) {
  Encoder out;
  out.raw(bytes_of("abc"));
  out.zeros_until(5);
  EXPECT_EQ(to_hex(out.bytes()), "6162630000");
  out.zeros_until(5);
  out.zeros_until(2);
  EXPECT_EQ(out.take(), from_hex("6162630000"));
}

TEST(Decoder, ReadsWhatTheEncoderWrote) {
  Encoder out;
  const Mark mark{.value = max_uint64, .digest = digest_of(7)};
  out.number<std::uint8_t>(0xff);
  out.number<std::uint16_t>(0xfffe);
  out.number<std::uint32_t>(0xfffffffd);
  out.number<std::uint64_t>(max_uint64 - 3);
  out.mark(mark);
  out.raw(bytes_of("xyz"));

  Decoder in(out.bytes(), "a test");
  EXPECT_EQ(in.number<std::uint8_t>(), 0xff);
  EXPECT_EQ(in.number<std::uint16_t>(), 0xfffe);
  EXPECT_EQ(in.number<std::uint32_t>(), 0xfffffffd);
  EXPECT_EQ(in.number<std::uint64_t>(), max_uint64 - 3);
  EXPECT_EQ(in.mark(), mark);
  EXPECT_EQ(in.remaining(), 3U);
  EXPECT_EQ(text_of(in.array<3>()), "xyz");
  in.expect_end();
}

TEST(Decoder, SaysWhatEndsTooEarly) {
  const Buffer bytes(39);
  EXPECT_EQ(damage([&] { (void)Decoder(bytes, "the head").mark(); }), "the head ends too early");
  EXPECT_EQ(damage([&] { (void)Decoder(Bytes(bytes).first(7), "it").number<std::uint64_t>(); }),
            "it ends too early");
  EXPECT_EQ(damage([] { (void)Decoder({}, "it").number<std::uint8_t>(); }), "it ends too early");
}

TEST(Decoder, NoSizeOverflows) {
  const Buffer bytes(4);
  Decoder in(bytes, "it");
  EXPECT_EQ(in.raw(1).size(), 1U);
  for (const std::uint64_t size : {std::uint64_t{4}, max_uint64, max_uint64 - 3}) {
    EXPECT_EQ(damage([&] { (void)in.raw(size); }), "it ends too early");
  }
  EXPECT_EQ(in.raw(3).size(), 3U);
  EXPECT_EQ(in.raw(0).size(), 0U);
}

TEST(Decoder, SaysHowManyBytesAreTooMany) {
  const Buffer bytes(12);
  Decoder in(bytes, "the index");
  (void)in.raw(2);
  EXPECT_EQ(damage([&] { in.expect_end(); }), "the index has 10 bytes too many");
}

}  // namespace
}  // namespace tidemark
