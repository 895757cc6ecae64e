#include "counter/mark_text.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/bytes.h"

namespace tidemark::counter {

std::string to_text(const std::optional<Mark>& mark) {
  if (!mark) return "";
  return std::to_string(mark->value) + " " + to_hex(mark->digest.bytes);
}

std::optional<Mark> read_mark(std::string_view text) {
  Mark mark;
  const auto [space, error] = std::from_chars(text.begin(), text.end(), mark.value);
  if (error != std::errc() || space == text.end()) return std::nullopt;
  const auto digest = from_hex(std::string_view(space + 1, text.end()));
  if (!digest || digest->size() != mark.digest.bytes.size()) return std::nullopt;
  std::ranges::copy(*digest, mark.digest.bytes.begin());
  if (to_text(mark) != text) return std::nullopt;
  return mark;
}

}  // namespace tidemark::counter
