#include "base/shell.h"

#include <gtest/gtest.h>
#include <stdio.h>

namespace tidemark {
namespace {

/// What a shell makes of the command.
std::string output_of(const std::string& command) {
  FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return "no shell";
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  ::pclose(pipe);
  return output;
}

TEST(ShellWord, LeavesAnOrdinaryPathAsItIs) {
  EXPECT_EQ(shell_word("/home/ada/.local/state/a-key_1.key"), "/home/ada/.local/state/a-key_1.key");
}

TEST(ShellWord, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_word("my key"), "'my key'");
  EXPECT_EQ(shell_word("Ada's key"), R"('Ada'\''s key')");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(ShellWord, IsOneWordToAShell) {
  for (const std::string_view text :
       {"plain", "two  words", "'", "''", "a'b\"c", "$HOME `id` $(id)", "a;b&c|d>e<f", "~", "*",
        "!", "#", "-n", "a\\b", "line\nline", "gr\xc3\xbc\xc3\x9f", "", "x=y", "{a,b}"}) {
    EXPECT_EQ(output_of("printf '<%s>' " + shell_word(text)), '<' + std::string(text) + '>');
  }
}

}  // namespace
}  // namespace tidemark
