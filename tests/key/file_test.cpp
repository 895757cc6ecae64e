#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "key/slot.h"
#include "tests/key/key_file.h"

namespace tidemark::key {
namespace {

class NamedFile : public KeyFileTest {
 protected:
  NamedFile() : KeyFileTest("person.key") {}

  [[nodiscard]] Error refusal(Missing missing = Missing::refuse) {
    const Error error = KeyFileTest::refusal(key, missing);
    EXPECT_NE(words(error).find(path.string()), std::string::npos) << words(error);
    return error;
  }

  const Key key = open_key("file:" + path.string());
};

TEST_F(NamedFile, IsReadWhole) {
  write(material);
  crypto::Secret32 expected;
  std::ranges::copy(bytes_of(material), expected.mutable_bytes().begin());
  EXPECT_TRUE(opens(*load(key, files), slot_of(*raw_unlocker(std::move(expected)))));
}

TEST_F(NamedFile, IsTheSameForEveryLineage) {
  write(material);
  const Buffer slot = slot_of(*load(key, files, Missing::refuse, "one"));
  EXPECT_TRUE(opens(*load(key, files, Missing::make, "other"), slot));
}

TEST_F(NamedFile, MayBeALinkAndReadOnly) {
  write(material, 0400);
  std::filesystem::create_symlink(path, folder.path() / "link");
  EXPECT_TRUE(load(open_key("file:" + (folder.path() / "link").string()), files));
}

TEST_F(NamedFile, IsNeverMade) {
  for (const Missing missing : {Missing::refuse, Missing::make}) {
    const Error error = refusal(missing);
    EXPECT_EQ(error.code(), Code::wrong_key);
    EXPECT_NE(error.advice().find("head -c 32 /dev/urandom > " + path.string()), std::string::npos);
    EXPECT_NE(error.advice().find("umask 077"), std::string::npos);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(NamedFile, MustBePrivate) {
  for (const mode_t others : {0040U, 0020U, 0004U, 0002U, 0044U, 0066U, 0010U, 0001U}) {
    write(material, 0600 | others);
    const Error error = refusal();
    EXPECT_EQ(error.code(), Code::wrong_key) << others;
    EXPECT_NE(error.advice().find("chmod 600 " + path.string()), std::string::npos);
  }
}

// The commands in the advice, pasted into a shell.
TEST_F(NamedFile, TheAdviceCanBePasted) {
  const auto own = folder.path() / "Ada's keys";
  std::filesystem::create_directory(own);
  const Key spaced = open_key("file:" + (own / "a key").string());
  const auto run_advice = [&](std::string_view begin) {
    const std::string advice = error_of([&] { return load(spaced, files); }).advice();
    ASSERT_NE(advice.find(begin), std::string::npos) << advice;
    EXPECT_EQ(std::system(advice.substr(advice.find(begin)).c_str()), 0) << advice;
  };
  run_advice("(umask");
  EXPECT_TRUE(load(spaced, files));
  std::filesystem::permissions(own / "a key", std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  run_advice("chmod");
  EXPECT_TRUE(load(spaced, files));
}

TEST_F(NamedFile, MustHaveTheRightLength) {
  for (const std::size_t size : {0U, 1U, 16U, 31U}) {
    write(material.substr(0, size));
    EXPECT_EQ(refusal().code(), Code::wrong_key) << size;
  }
  for (const std::string_view more : {std::string_view("\n"), material}) {
    std::string longer(material);
    longer.append(more);
    write(longer);
    EXPECT_EQ(refusal().code(), Code::wrong_key) << more.size();
  }
}

TEST_F(NamedFile, MustBeARegularFile) {
  std::filesystem::create_directory(path);
  EXPECT_EQ(refusal().code(), Code::wrong_key);
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);  // must not block either
  EXPECT_EQ(refusal().code(), Code::wrong_key);
}

}  // namespace
}  // namespace tidemark::key
