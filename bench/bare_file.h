#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <vector>

#include "opened.h"

namespace bench {

/// Writes to a file with bare system calls, what a save writes.
class BareFile {
 public:
  explicit BareFile(const std::filesystem::path& path) : file_(path, O_WRONLY | O_CREAT) {}

  /// As to a checkpoint's file: a generation and a note.
  void append_and_sync() {
    write_and_sync(8192, end_);
    end_ += 8192;
  }

  /// As to the file of a counter.
  void overwrite_and_sync() { write_and_sync(4096, 0); }

 private:
  void write_and_sync(std::size_t size, off_t at) const {
    const std::vector<char> bytes(size);
    if (::pwrite(file_.get(), bytes.data(), size, at) != static_cast<ssize_t>(size) ||
        ::fdatasync(file_.get()) != 0) {
      throw std::runtime_error("the disk refuses");
    }
  }

  Opened file_;
  off_t end_ = 0;
};

}  // namespace bench
