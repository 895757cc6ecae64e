#include "base/state_home.h"

#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace tidemark {
namespace {

/// Gives a variable another value, or none, for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  ~Variable() { set(before_ ? before_->c_str() : nullptr); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  void set(const char* value) {
    if (value != nullptr) {
      ::setenv(name_, value, 1);
    } else {
      ::unsetenv(name_);
    }
  }

  const char* name_;
  std::optional<std::string> before_;
};

std::filesystem::path state_home_with(const char* state, const char* home) {
  const Variable xdg("XDG_STATE_HOME", state);
  const Variable user("HOME", home);
  return state_home();
}

TEST(StateHome, TakesAnAbsoluteStateFolder) {
  EXPECT_EQ(state_home_with("/var/state", "/home/ada"), "/var/state/tidemark");
  EXPECT_EQ(state_home_with("/var/state", nullptr), "/var/state/tidemark");
}

TEST(StateHome, PassesOverAnyOtherStateFolder) {
  EXPECT_EQ(state_home_with(nullptr, "/home/ada"), "/home/ada/.local/state/tidemark");
  EXPECT_EQ(state_home_with("", "/home/ada"), "/home/ada/.local/state/tidemark");
  EXPECT_EQ(state_home_with("state", "/home/ada"), "/home/ada/.local/state/tidemark");
}

TEST(StateHome, AsksTheUserDatabaseWhereHomeSaysNothing) {
  const passwd* user = ::getpwuid(::geteuid());
  if (user == nullptr || user->pw_dir[0] != '/') GTEST_SKIP() << "this user has no home directory";
  const auto expected = std::filesystem::path(user->pw_dir) / ".local/state/tidemark";
  EXPECT_EQ(state_home_with(nullptr, nullptr), expected);
  EXPECT_EQ(state_home_with("", ""), expected);
  EXPECT_EQ(state_home_with(nullptr, "home"), expected);
}

TEST(StateHome, MakesNothing) {
  const auto state = std::filesystem::temp_directory_path() / "tidemark-no-such-folder";
  EXPECT_EQ(state_home_with(state.c_str(), nullptr), state / "tidemark");
  EXPECT_FALSE(std::filesystem::exists(state));
}

}  // namespace
}  // namespace tidemark
