#include "base/uri.h"

#include <algorithm>

namespace tidemark {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_scheme_character(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

std::optional<Uri> parse_uri(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view scheme = text.substr(0, colon);
  const std::string_view rest = text.substr(colon + 1);
  if (!is_letter(scheme.front()) || !std::ranges::all_of(scheme, is_scheme_character) ||
      std::ranges::any_of(rest, is_control)) {
    return std::nullopt;
  }
  return Uri{std::string(scheme), std::string(rest)};
}

}  // namespace tidemark
