#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "io/posix.h"
#include "tests/key/support.h"

namespace tidemark::key {

/// A key that is read from a file of its own, in a folder of its own. What it holds begins with
/// `material`, as far as the source takes that.
class KeyFileTest : public testing::Test {
 protected:
  static constexpr std::string_view material = "AbCdEfGhIjKlMnOpQrStUvWxYz012345";

  explicit KeyFileTest(const char* name) : path(folder.path() / name) {}

  void write(std::string_view contents, mode_t mode = 0600) const {
    std::filesystem::remove(path);
    std::ofstream(path, std::ios::binary) << contents;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }

  /// What loading says; never anything of the material.
  [[nodiscard]] Error refusal(const Key& key, Missing missing = Missing::make) {
    const Error error = error_of([&] { return load(key, files, missing); });
    EXPECT_EQ(error.code(), Code::wrong_key);
    for (std::size_t i = 0; i + 4 <= material.size(); ++i) {
      EXPECT_EQ(words(error).find(material.substr(i, 4)), std::string::npos) << words(error);
    }
    return error;
  }

  io::PosixFileSystem files;
  const ScopedFolder folder;
  const std::filesystem::path path;
};

}  // namespace tidemark::key
