#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <stdexcept>

namespace bench {

/// Appends to a file with bare system calls.
class BareFile {
 public:
  static constexpr std::size_t size = 4096;  ///< what a small generation takes in a file

  explicit BareFile(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}
  BareFile(const BareFile&) = delete;
  BareFile& operator=(const BareFile&) = delete;
  ~BareFile() { ::close(file_); }

  void append_and_sync() const {
    const std::array<char, size> bytes{};
    if (::write(file_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
        ::fdatasync(file_) != 0) {
      throw std::runtime_error("the disk refuses");
    }
  }

 private:
  int file_;
};

}  // namespace bench
