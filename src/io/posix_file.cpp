#include "io/posix_file.h"

#include <algorithm>
#include <limits>

#include "io/failure.h"

namespace tidemark::io {
namespace {

constexpr std::uint64_t largest_offset = std::numeric_limits<off_t>::max();

/// Whether the system could take it.
bool is_range(std::uint64_t offset, std::uint64_t length) {
  return length > 0 && offset <= largest_offset && length <= largest_offset - offset;
}

}  // namespace

std::size_t PosixFile::read_at(std::uint64_t offset, MutableBytes into) {
  if (offset >= largest_offset) return 0;
  into = into.first(std::min<std::uint64_t>(into.size(), largest_offset - offset));
  std::size_t done = 0;
  while (done < into.size()) {
    const MutableBytes rest = into.subspan(done);
    const ssize_t got = uninterrupted([&] {
      return ::pread(file_.get(), rest.data(), rest.size(), static_cast<off_t>(offset + done));
    });
    if (got < 0) throw failure("read", path_, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void PosixFile::write_at(std::uint64_t offset, Bytes bytes) {
  if (offset > largest_offset || bytes.size() > largest_offset - offset) {
    throw failure("write", path_, EFBIG);
  }
  while (!bytes.empty()) {
    const ssize_t put = uninterrupted([&] {
      return ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    });
    if (put < 0) throw failure("write", path_, errno);
    // The system never says this of a regular file; if it did, trying on would not end.
    if (put == 0) throw failure("write", path_, EIO);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
}

void PosixFile::resize(std::uint64_t size) {
  if (size > largest_offset) throw failure("resize", path_, EFBIG);
  const auto cut = [&] { return ::ftruncate(file_.get(), static_cast<off_t>(size)); };
  if (uninterrupted(cut) != 0) throw failure("resize", path_, errno);
}

void PosixFile::sync() {
  if (uninterrupted([&] { return ::fdatasync(file_.get()); }) != 0) {
    throw failure("sync", path_, errno);
  }
}

std::uint64_t PosixFile::size() {
  return static_cast<std::uint64_t>(status_of_regular(file_.get(), "examine", path_).st_size);
}

// Inside Gramine, for one, the system knows none of the following three.
void PosixFile::expect_reads(std::uint64_t offset, std::uint64_t length) {
  if (!is_range(offset, length)) return;
  (void)::posix_fadvise(file_.get(), static_cast<off_t>(offset), static_cast<off_t>(length),
                        POSIX_FADV_WILLNEED);
}

void PosixFile::expect_writes(std::uint64_t offset, std::uint64_t length) {
  if (!is_range(offset, length)) return;
  (void)::fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                    static_cast<off_t>(length));
}

void PosixFile::begin_sync(std::uint64_t offset, std::uint64_t length) {
  if (!is_range(offset, length)) return;
  (void)::sync_file_range(file_.get(), static_cast<off_t>(offset), static_cast<off_t>(length),
                          SYNC_FILE_RANGE_WRITE);
}

struct ::stat status_of_regular(int file, std::string_view doing,
                                const std::filesystem::path& path) {
  struct ::stat status{};
  if (::fstat(file, &status) != 0) throw failure(doing, path, errno);
  if (!S_ISREG(status.st_mode)) throw not_regular(doing, path);
  return status;
}

}  // namespace tidemark::io
