#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "key/slot.h"
#include "tests/key/key_file.h"

namespace tidemark::key {
namespace {

constexpr const char* variable = "CREDENTIALS_DIRECTORY";

class SystemdCredential : public KeyFileTest {
 protected:
  SystemdCredential() : KeyFileTest("tidemark.key") {}

  [[nodiscard]] Error refusal() { return KeyFileTest::refusal(key); }

  const ScopedVariable set{variable, folder.path().c_str()};
  const Key key = open_key("systemd:tidemark.key");
};

TEST_F(SystemdCredential, IsReadWhole) {
  crypto::Secret32 expected;
  std::ranges::copy(bytes_of(material), expected.mutable_bytes().begin());
  const Buffer slot = slot_of(*raw_unlocker(std::move(expected)));
  for (const mode_t mode : {0400U, 0440U}) {  // an access control list shows in the group's bits
    write(material, mode);
    EXPECT_TRUE(opens(*load(key, files), slot));
  }
}

TEST_F(SystemdCredential, MustBeThere) {
  const Error error = refusal();
  EXPECT_NE(error.advice().find("LoadCredential=tidemark.key:"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  std::filesystem::create_directory(path);
  EXPECT_NE(words(refusal()).find("tidemark.key"), std::string::npos);
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);  // must not block either
  EXPECT_NE(words(refusal()).find("tidemark.key"), std::string::npos);
}

TEST_F(SystemdCredential, MustHaveTheRightLength) {
  for (const std::size_t size : {0U, 16U, 31U}) {
    write(material.substr(0, size));
    EXPECT_NE(words(refusal()).find(std::to_string(size) + " bytes"), std::string::npos);
  }
  std::string longer(material);
  longer += '\n';
  write(longer);
  EXPECT_NE(words(refusal()).find("33 bytes"), std::string::npos);
}

TEST_F(SystemdCredential, NeedsAFolderOfCredentials) {
  write(material);
  for (const char* const value : {static_cast<const char*>(nullptr), ""}) {
    const ScopedVariable unset(variable, value);
    const Error error = refusal();
    EXPECT_NE(words(error).find("CREDENTIALS_DIRECTORY is not set"), std::string::npos);
    EXPECT_NE(error.advice().find("LoadCredential="), std::string::npos);
  }
  const ScopedVariable relative(variable, "credentials");
  EXPECT_NE(words(refusal()).find("absolute"), std::string::npos);
}

}  // namespace
}  // namespace tidemark::key
