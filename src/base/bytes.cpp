#include "base/bytes.h"

#include <algorithm>
#include <cstdint>

namespace tidemark {

std::string to_hex(Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::byte byte : bytes) {
    text += digits[std::to_integer<std::size_t>(byte >> 4)];
    text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

namespace {

std::optional<std::byte> digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<std::byte>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<std::byte>(digit - 'a' + 10);
  if (digit >= 'A' && digit <= 'F') return static_cast<std::byte>(digit - 'A' + 10);
  return std::nullopt;
}

}  // namespace

std::optional<Buffer> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Buffer bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = digit_value(text[i]);
    const auto low = digit_value(text[i + 1]);
    if (!high || !low) return std::nullopt;
    bytes.push_back((*high << 4) | *low);
  }
  return bytes;
}

bool all_zero(Bytes bytes) noexcept {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace tidemark
