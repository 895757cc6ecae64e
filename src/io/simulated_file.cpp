#include "io/simulated_file.h"

#include <algorithm>

namespace tidemark::io {
namespace {

/// Keeps a wild offset from asking for all memory.
constexpr std::uint64_t largest_file = std::uint64_t{1} << 30;

}  // namespace

std::size_t SimulatedFileSystem::OpenFile::read_at(std::uint64_t offset, MutableBytes into) {
  const auto read = [&] {
    const Bytes contents = inode_->contents();
    if (offset >= contents.size()) return std::size_t{0};
    const Bytes rest = contents.subspan(offset);
    const Bytes found = rest.first(std::min(rest.size(), into.size()));
    std::copy_n(found.data(), found.size(), into.data());
    return found.size();
  };
  return files_.perform("read", path_, read, process_);
}

void SimulatedFileSystem::OpenFile::write_at(std::uint64_t offset, Bytes bytes) {
  const std::scoped_lock lock(files_.mutex_);
  const Verdict verdict = files_.admit(process_);
  const bool whole = verdict.error == 0 && !verdict.stops;
  const bool sane = offset <= largest_file && bytes.size() <= largest_file - offset;
  std::size_t written = 0;
  if (access_ == Access::read_write && sane) {
    written =
        files_.write_what_fits(*inode_, offset, whole ? bytes : bytes.first(bytes.size() / 2));
  }
  conclude(verdict, "write", path_);
  demand_writable("write");
  if (!sane) throw failure("write", path_, EFBIG);
  if (written < bytes.size()) throw failure("write", path_, ENOSPC);
}

void SimulatedFileSystem::OpenFile::resize(std::uint64_t size) {
  const auto resize = [&] {
    demand_writable("resize");
    if (size > largest_file) throw failure("resize", path_, EFBIG);
    if (size > files_.largest_size(*inode_)) throw failure("resize", path_, ENOSPC);
    inode_->resize(size);
  };
  files_.perform("resize", path_, resize, process_);
}

void SimulatedFileSystem::OpenFile::sync() {
  const std::scoped_lock lock(files_.mutex_);
  const Verdict verdict = files_.admit(process_);
  if (verdict.error == 0) {
    inode_->sync();
  } else {
    inode_->forget();
  }
  conclude(verdict, "sync", path_);
}

std::uint64_t SimulatedFileSystem::OpenFile::size() {
  const auto size = [&] { return std::uint64_t{inode_->contents().size()}; };
  return files_.perform("examine", path_, size, process_);
}

void SimulatedFileSystem::OpenFile::expect_reads(std::uint64_t /*offset*/,
                                                 std::uint64_t /*length*/) {
  hint();
}

void SimulatedFileSystem::OpenFile::expect_writes(std::uint64_t /*offset*/,
                                                  std::uint64_t /*length*/) {
  hint();
}

void SimulatedFileSystem::OpenFile::begin_sync(std::uint64_t /*offset*/, std::uint64_t /*length*/) {
  hint();
}

void SimulatedFileSystem::OpenFile::hint() {
  const std::scoped_lock lock(files_.mutex_);
  if (files_.admit(process_).stops) throw Crash{};
}

void SimulatedFileSystem::OpenFile::demand_writable(std::string_view doing) const {
  if (access_ != Access::read_write) throw failure(doing, path_, EBADF);
}

SimulatedFileSystem::HeldLock::~HeldLock() {
  const std::scoped_lock lock(files_.mutex_);
  if (files_.crashed_ || files_.process_ != process_) return;
  files_.locked_.erase(inode_.get());
  inode_->resize(0);
}

}  // namespace tidemark::io
