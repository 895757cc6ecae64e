#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "io/simulated.h"
#include "key/slot.h"
#include "tests/crypto/hex.h"
#include "tests/key/support.h"

namespace tidemark::key {
namespace {

constexpr const char* variable = "TIDEMARK_TEST_KEY";
constexpr const char* digits = "8c1f5ae2037d94b6c85e2f19a07bd3461e8fc259b37a04d6f12c6b8e5097dab3";

std::string uri(std::string_view given) { return open_key(given).source()->uri(); }

TEST(OpenKey, SaysWhereTheKeyComesFrom) {
  EXPECT_EQ(uri("none"), "none");
  EXPECT_EQ(uri("file:"), "file:");
  EXPECT_EQ(uri("file:/etc/some key"), "file:/etc/some key");
  EXPECT_EQ(uri("env:_Name2"), "env:_Name2");
  EXPECT_EQ(uri("passphrase:"), "passphrase:");
  EXPECT_EQ(uri("passphrase:env=_Name2"), "passphrase:env=_Name2");
  EXPECT_EQ(uri("gramine:_sgx_mrenclave"), "gramine:_sgx_mrenclave");
  EXPECT_EQ(uri("systemd:a-key.v2"), "systemd:a-key.v2");
}

TEST(OpenKey, OnlyNoneIsNone) {
  EXPECT_TRUE(open_key("none").source()->none());
  EXPECT_FALSE(open_key("file:").source()->none());
  EXPECT_FALSE(open_key("file:none").source()->none());
  EXPECT_FALSE(open_key("env:none").source()->none());
}

TEST(OpenKey, RefusesEverythingElse) {
  for (const std::string_view given : {"",
                                       ":",
                                       "none:",
                                       "none:x",
                                       "None",
                                       "NONE",
                                       " none",
                                       "file",
                                       "/a/path",
                                       "env",
                                       "env:",
                                       "env:1A",
                                       "env:A B",
                                       "env:A=B",
                                       "env:A-B",
                                       "env:\xc3\xa4",
                                       "key:x",
                                       "File:x",
                                       "file:a\nb",
                                       "passphrase",
                                       "passphrase:x",
                                       "passphrase:ENV=X",
                                       "passphrase:env",
                                       "passphrase:env=",
                                       "passphrase:env=1A",
                                       "passphrase:env=A B",
                                       "gramine",
                                       "systemd"}) {
    EXPECT_EQ(error_of([&] { return open_key(given); }).code(), Code::usage) << given;
  }
}

TEST(OpenKey, SaysWhatItTakesAndNotWhatItWasGiven) {
  for (const std::string given : {"hunter2", "file", "passphrase:hunter2", "hunter2:x"}) {
    const Error error = error_of([&] { return open_key(given); });
    EXPECT_EQ(words(error).find("hunter2"), std::string::npos) << words(error);
    EXPECT_NE(words(error).find("not shown"), std::string::npos) << words(error);
    for (const std::string_view form : {"none", "file:[PATH]", "env:NAME", "passphrase:[env=NAME]",
                                        "gramine:NAME", "systemd:NAME"}) {
      EXPECT_NE(error.advice().find(form), std::string::npos) << form;
    }
  }
}

TEST(OpenKey, KeepsNamesInTheirFolder) {
  for (const std::string scheme : {"gramine:", "systemd:"}) {
    for (const std::string& name :
         {std::string(), std::string("."), std::string(".."), std::string("../x"),
          std::string("a/b"), std::string("/etc/passwd"), std::string(".hidden"),
          std::string("a b"), std::string("a\\b"), std::string("a\0b", 3), std::string("a:b"),
          std::string("\xc3\xa4"), std::string(256, 'a')}) {
      const Error error = error_of([&] { return open_key(scheme + name); });
      EXPECT_EQ(error.code(), Code::usage) << name;
    }
    EXPECT_EQ(uri(scheme + std::string(255, 'a')), scheme + std::string(255, 'a'));
  }
}

TEST(OpenKey, NamesAllSources) {
  const Error error = error_of([] { return open_key("nonsense"); });
  for (const std::string_view source : {"none", "file:[PATH]", "env:NAME", "passphrase:[env=NAME]",
                                        "gramine:NAME", "systemd:NAME"}) {
    EXPECT_NE(error.advice().find(source), std::string::npos) << source;
  }
}

TEST(OpenKey, NeverRepeatsWhatMayBeAKey) {
  for (const std::string& given :
       {std::string(digits), "env:" + std::string(digits), "hex:" + std::string(digits),
        "passphrase:" + std::string(digits), "passphrase:env=" + std::string(digits),
        "gramine:/" + std::string(digits), "systemd:/" + std::string(digits)}) {
    const Error error = error_of([&] { return open_key(given); });
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_EQ(words(error).find("8c1f"), std::string::npos) << words(error);
  }
}

class WorkingFolder : public testing::Test {
 protected:
  ~WorkingFolder() override { std::filesystem::current_path(before_); }
  const std::filesystem::path before_ = std::filesystem::current_path();
};

TEST_F(WorkingFolder, MakesPathsAbsoluteWhenOpened) {
  const ScopedFolder folder;
  std::filesystem::current_path(folder.path());
  const Key plain = open_key("file:person.key");
  const Key dotted = open_key("file:.//keys/./person.key");
  const Key above = open_key("file:../person.key");
  std::filesystem::current_path("/");
  EXPECT_EQ(plain.source()->uri(), "file:" + folder.path().string() + "/person.key");
  EXPECT_EQ(dotted.source()->uri(), "file:" + folder.path().string() + "/keys/person.key");
  EXPECT_EQ(above.source()->uri(), "file:" + folder.path().string() + "/../person.key");
}

TEST_F(WorkingFolder, SaysWhenItIsGone) {
  {
    const ScopedFolder folder;
    std::filesystem::current_path(folder.path());
  }
  EXPECT_EQ(error_of([] { return open_key("file:person.key"); }).code(), Code::failed);
  EXPECT_EQ(uri("file:/person.key"), "file:/person.key");
}

class EnvironmentKey : public testing::Test {
 protected:
  io::SimulatedFileSystem files;
  const Key key = open_key(std::string("env:") + variable);
};

TEST_F(EnvironmentKey, TakesDigitsOfEitherCase) {
  crypto::Secret32 expected;
  std::ranges::copy(hex(digits), expected.mutable_bytes().begin());
  const Buffer slot = slot_of(*raw_unlocker(std::move(expected)));
  std::string upper(digits);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  for (const std::string& value : {std::string(digits), upper}) {
    const ScopedVariable set(variable, value.c_str());
    EXPECT_TRUE(opens(*load(key, files), slot));
    EXPECT_TRUE(opens(*load(key, files, Missing::make), slot));
  }
  EXPECT_EQ(files.calls(), 0U);
}

TEST_F(EnvironmentKey, IsReadWhenLoadedNotWhenOpened) {
  const ScopedVariable set(variable, digits);
  const Buffer slot = slot_of(*load(key, files));
  const ScopedVariable other(variable, std::string(64, '5').c_str());
  EXPECT_FALSE(opens(*load(key, files), slot));
}

TEST_F(EnvironmentKey, RefusesAnythingElseAndNeverShowsIt) {
  const std::string right(digits);
  for (const std::string& value :
       {std::string(), right.substr(1), right.substr(2), right + "0", right + "00", right + " ",
        " " + right.substr(1), "0x" + right.substr(2), right.substr(1) + "g", right + right}) {
    const ScopedVariable set(variable, value.c_str());
    for (const Missing missing : {Missing::refuse, Missing::make}) {
      const Error error = error_of([&] { return load(key, files, missing); });
      EXPECT_EQ(error.code(), Code::wrong_key) << value;
      EXPECT_NE(words(error).find(variable), std::string::npos);
      EXPECT_EQ(words(error).find(right.substr(2, 6)), std::string::npos) << words(error);
    }
  }
}

TEST_F(EnvironmentKey, MustBeSet) {
  const ScopedVariable unset(variable, nullptr);
  const Error error = error_of([&] { return load(key, files, Missing::make); });
  EXPECT_EQ(error.code(), Code::wrong_key);
  EXPECT_NE(words(error).find("is not set"), std::string::npos);
}

}  // namespace
}  // namespace tidemark::key
