#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "crypto/hash.h"
#include "key/slot.h"
#include "key/sources.h"
#include "tests/key/key_file.h"

namespace tidemark::key {
namespace {

/// With a folder in place of Gramine's, whose files look like those but for their size.
class GramineKey : public KeyFileTest {
 protected:
  static constexpr std::string_view material = KeyFileTest::material.substr(0, 16);

  GramineKey() : KeyFileTest("_sgx_mrenclave") {}

  [[nodiscard]] Error refusal() {
    const Error error = KeyFileTest::refusal(key);
    EXPECT_NE(words(error).find(path.string()), std::string::npos) << words(error);
    return error;
  }

  const Key key{gramine("_sgx_mrenclave", folder.path())};
};

TEST_F(GramineKey, GoesThroughHkdf) {
  write(material, 0444);  // no mode protects it, the enclave does
  const Buffer slot = slot_of(*raw_unlocker(
      crypto::hkdf_sha256(bytes_of(material), {}, bytes_of("tidemark/1 gramine key"))));
  EXPECT_TRUE(opens(*load(key, files), slot));
}

// /proc has pseudo-files of the same ways: regular, and their size says 0.
TEST_F(GramineKey, IsReadWhateverItsSizeSays) {
  const auto pseudo = std::filesystem::path("/proc/sys/kernel/random");
  ASSERT_EQ(std::filesystem::file_size(pseudo / "uuid"), 0U);
  const Key uuid{gramine("uuid", pseudo)};
  const Error error = error_of([&] { return load(uuid, files); });
  EXPECT_NE(words(error).find("is not of 16 raw bytes"), std::string::npos) << words(error);
}

TEST_F(GramineKey, MustExist) {
  const Error error = refusal();
  EXPECT_NE(words(error).find("does not exist"), std::string::npos);
  EXPECT_NE(error.advice().find("Gramine"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(GramineKey, MustBeSet) {
  write("");
  EXPECT_NE(words(refusal()).find("has not been set"), std::string::npos);
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);  // must not block
  EXPECT_NE(words(refusal()).find("has not been set"), std::string::npos);
}

TEST_F(GramineKey, MustHaveTheRightLength) {
  for (const std::size_t size : {1U, 15U}) {
    write(material.substr(0, size));
    EXPECT_NE(words(refusal()).find("16 raw bytes"), std::string::npos);
  }
  for (const std::string_view more : {std::string_view("\n"), material}) {
    std::string longer(material);
    longer.append(more);
    write(longer);
    EXPECT_NE(words(refusal()).find("16 raw bytes"), std::string::npos);
  }
}

TEST_F(GramineKey, SaysWhenItCannotBeRead) {
  std::filesystem::create_directory(path);
  const Error error = error_of([&] { return load(key, files); });
  EXPECT_EQ(error.code(), Code::failed);
  EXPECT_NE(words(error).find(path.string()), std::string::npos);
}

TEST(GramineKeys, AreGraminesByDefault) {
  io::PosixFileSystem files;
  if (std::filesystem::exists("/dev/attestation")) GTEST_SKIP() << "this runs under Gramine";
  const Error error = error_of([&] { return load(open_key("gramine:default"), files); });
  EXPECT_EQ(error.code(), Code::wrong_key);
  EXPECT_NE(words(error).find("/dev/attestation/keys/default"), std::string::npos);
}

}  // namespace
}  // namespace tidemark::key
