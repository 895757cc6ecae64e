#include "advice.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace {

/// `text` as one word for a shell, so that a command can be pasted.
std::string shell_word(std::string_view text) {
  const auto means_itself = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("/._-+,:@%").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (std::ranges::all_of(text, means_itself)) return std::string(text);
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? R"('\'')" : std::string(1, c);
  return word + '\'';
}

}  // namespace

std::string in_flags(const std::string& advice, const Flags& flags) {
  const auto says = [&](const std::string& words) {
    return advice.find(words) != std::string::npos;
  };
  std::string hints;
  const auto hint = [&](const std::string& words) { hints += (hints.empty() ? "" : "; ") + words; };
  if (says("restore it from ")) {
    const bool here = says("restore it from " + flags.file + ",");
    hint("to restore: RESTORE_FROM_FILE=" + (here ? shell_word(flags.file) : "FILE") + " ./main");
  }
  if ((says("both counters named") || says("it is moved from")) && !flags.fixed) {
    hint("to name both: -counter=NEW -moved-from=OLD");
  }
  if (says("name another lineage") && !flags.fixed) hint("to name another: -lineage=NAME");
  if ((says("start over") || says("starting over")) && !flags.fixed) {
    hint(flags.restore ? "to start over: -new at a start" : "to start over: add -new");
  }
  return hints.empty() ? advice : advice + " (" + hints + ")";
}
