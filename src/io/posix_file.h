#pragma once

#include <sys/stat.h>

#include <filesystem>

#include "io/descriptor.h"
#include "io/file_system.h"

namespace tidemark::io {

/// What is open as `file`; throws Error (`failed`) unless it is a regular file.
struct ::stat status_of_regular(int file, std::string_view doing,
                                const std::filesystem::path& path);

/// A regular file that is open already.
class PosixFile final : public File {
 public:
  PosixFile(Descriptor file, std::filesystem::path path)
      : file_(std::move(file)), path_(std::move(path)) {}

  [[nodiscard]] std::size_t read_at(std::uint64_t offset, MutableBytes into) override;
  void write_at(std::uint64_t offset, Bytes bytes) override;
  void resize(std::uint64_t size) override;
  void sync() override;
  [[nodiscard]] std::uint64_t size() override;
  void expect_reads(std::uint64_t offset, std::uint64_t length) override;
  void expect_writes(std::uint64_t offset, std::uint64_t length) override;
  void begin_sync(std::uint64_t offset, std::uint64_t length) override;
  [[nodiscard]] const std::filesystem::path& path() const noexcept override { return path_; }

 private:
  Descriptor file_;
  std::filesystem::path path_;
};

}  // namespace tidemark::io
