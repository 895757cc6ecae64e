#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tidemark/counter.h>
#include <tidemark/error.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace tidemark {
namespace {

/// Sets an environment variable for as long as it lives.
class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_(std::move(name)) {
    if (const char* const old = ::getenv(name_.c_str())) old_ = old;
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  ~Variable() {
    if (old_) {
      ::setenv(name_.c_str(), old_->c_str(), 1);
    } else {
      ::unsetenv(name_.c_str());
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  std::string name_;
  std::optional<std::string> old_;
};

TEST(OpenCounter, OpensOneInMemory) {
  const auto counter = open_counter("memory:");
  EXPECT_EQ(counter->uri(), "memory:");
  EXPECT_FALSE(counter->advance("a", std::nullopt, Mark{}));
  EXPECT_FALSE(open_counter("memory:")->read("a")) << "each is its own";
}

TEST(OpenCounter, OpensAFolder) {
  const std::string here = std::filesystem::current_path().string();
  EXPECT_EQ(open_counter("file:/var/lib/counters")->uri(), "file:/var/lib/counters");
  EXPECT_EQ(open_counter("file:///var//lib/./counters/")->uri(), "file:/var/lib/counters");
  EXPECT_EQ(open_counter("file:/a/../b")->uri(), "file:/a/../b")
      << "what it means depends on links";
  EXPECT_EQ(open_counter("file:counters")->uri(), "file:" + here + "/counters");
  EXPECT_EQ(open_counter("file:./a b:c")->uri(), "file:" + here + "/a b:c");
  EXPECT_EQ(open_counter("file:.")->uri(), "file:" + here);
}

TEST(OpenCounter, KeepsItsFolderWhenTheWorkingDirectoryChanges) {
  const auto here = std::filesystem::current_path();
  const auto counter = open_counter("file:counters");
  std::filesystem::current_path("/");
  EXPECT_EQ(counter->uri(), "file:" + (here / "counters").string());
  std::filesystem::current_path(here);
}

TEST(OpenCounter, TakesTheUsersStateFolderWithoutAnother) {
  const Variable state("XDG_STATE_HOME", "/state");
  EXPECT_EQ(open_counter("file:")->uri(), "file:/state/tidemark/counters");
}

TEST(OpenCounter, SaysWhatItAcceptsAndShowsNoPassword) {
  for (const std::string uri : {"unheard-of:secret", "memory:secret", "file", "secret", "//secret",
                                "", ":secret", "FILE:/secret", "file:/secret\n", "1file:secret"}) {
    try {
      (void)open_counter(uri);
      FAIL() << uri;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage) << uri;
      EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("secret"))) << uri;
      EXPECT_THAT(error.advice(), testing::HasSubstr("file:[FOLDER]")) << uri;
      EXPECT_THAT(error.advice(), testing::HasSubstr("memory:")) << uri;
    }
  }
}

}  // namespace
}  // namespace tidemark
