#include "counter/server_failure.h"

#include <algorithm>

namespace tidemark::counter {

std::string printable(std::string_view words) {
  constexpr std::size_t longest = 200;
  std::string text(words.substr(0, longest));
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text;
}

}  // namespace tidemark::counter
