#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;
using Buffer = std::vector<std::byte>;

[[nodiscard]] inline Bytes bytes_of(std::string_view text) noexcept {
  return std::as_bytes(std::span(text));
}

[[nodiscard]] inline std::string_view text_of(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(Bytes bytes);

/// Nothing unless `text` is an even number of hexadecimal digits of either case.
[[nodiscard]] std::optional<Buffer> from_hex(std::string_view text);

[[nodiscard]] bool all_zero(Bytes bytes) noexcept;

}  // namespace tidemark
