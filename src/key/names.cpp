#include "key/names.h"

#include <algorithm>

namespace tidemark::key {
namespace {

constexpr std::size_t largest_name = 255;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

}  // namespace

bool is_variable_name(std::string_view name) noexcept {
  return !name.empty() && !is_digit(name.front()) && std::ranges::all_of(name, is_word);
}

bool is_plain_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= largest_name && name.front() != '.' &&
         std::ranges::all_of(name, [](char c) { return is_word(c) || c == '-' || c == '.'; });
}

}  // namespace tidemark::key
