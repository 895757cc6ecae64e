#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <tidemark/error.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "io/file_system.h"

namespace tidemark::io {

/// A fresh folder under the system's place for temporary files, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "tidemark-io-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = std::filesystem::canonical(name);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// All that a file holds.
[[nodiscard]] inline std::string read_all(File& file) {
  std::string text(file.size(), '\0');
  EXPECT_EQ(file.read_at(0, std::as_writable_bytes(std::span(text))), text.size());
  return text;
}

[[nodiscard]] inline std::string read_all(FileSystem& files, const std::filesystem::path& path) {
  return read_all(*files.open(path, Access::read));
}

inline void write_new(FileSystem& files, const std::filesystem::path& path, std::string_view text) {
  files.create(path)->write_at(0, bytes_of(text));
}

/// The Error that `work` throws, which must be `failed`, as "WHAT; ADVICE".
template <class Work>
[[nodiscard]] std::string failure_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::failed);
    return std::string(error.what()) + "; " + error.advice();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

}  // namespace tidemark::io
