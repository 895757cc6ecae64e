#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidemark {

/// A URI's scheme and what follows the first colon, which each scheme reads in its own way.
struct Uri {
  std::string scheme;
  std::string rest;
};

/// Nothing unless `text` is a scheme (a letter, then letters, digits, `+`, `-` or `.`), a colon,
/// and a rest without control characters. A lone `none` or other word without a colon is no URI.
[[nodiscard]] std::optional<Uri> parse_uri(std::string_view text);

}  // namespace tidemark
