#pragma once

#include <tidemark/counter.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace tidemark {

/// Appends little-endian fields to a buffer.
class Encoder {
 public:
  template <std::unsigned_integral T>
  void number(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      buffer_.push_back(static_cast<std::byte>(value >> (8 * i)));
    }
  }

  void raw(Bytes bytes) { buffer_.insert(buffer_.end(), bytes.begin(), bytes.end()); }
  void digest(const Digest& digest) { raw(digest.bytes); }
  void mark(const Mark& mark);
  void zeros_until(std::size_t size);

  [[nodiscard]] std::size_t size() const noexcept { return buffer_.size(); }
  [[nodiscard]] Bytes bytes() const noexcept { return buffer_; }
  [[nodiscard]] Buffer take() noexcept { return std::move(buffer_); }

 private:
  Buffer buffer_;
};

/// Reads little-endian fields from bytes that may be anybody's. A field that is not there throws
/// Error (`damaged`), so that a decoder needs no checks of its own but those on meaning.
class Decoder {
 public:
  /// `what` names the thing in messages, for example "a generation's header"; like `bytes` it must
  /// outlive the decoder.
  Decoder(Bytes bytes, std::string_view what) noexcept : rest_(bytes), what_(what) {}

  template <std::unsigned_integral T>
  [[nodiscard]] T number() {
    const Bytes field = raw(sizeof(T));
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      value = static_cast<T>(value | static_cast<T>(std::to_integer<T>(field[i]) << (8 * i)));
    }
    return value;
  }

  [[nodiscard]] Bytes raw(std::uint64_t size);
  [[nodiscard]] Digest digest();
  [[nodiscard]] Mark mark();

  template <std::size_t N>
  [[nodiscard]] std::array<std::byte, N> array() {
    std::array<std::byte, N> value{};
    const Bytes field = raw(N);
    std::copy(field.begin(), field.end(), value.begin());
    return value;
  }

  [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }

  /// Throws Error (`damaged`) if anything is left.
  void expect_end() const;

 private:
  Bytes rest_;
  std::string_view what_;
};

}  // namespace tidemark
