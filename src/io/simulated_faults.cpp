#include <algorithm>

#include "io/simulated.h"

/// What a test does to the simulated machine, and how that reaches the calls.
namespace tidemark::io {

SimulatedFileSystem::Verdict SimulatedFileSystem::admit(std::uint64_t process) {
  if (crashed_ || (process != present_process && process != process_)) throw Crash{};
  ++calls_;
  if (calls_ == stop_at_) {
    crashed_ = true;
    if (stop_ == Stop::before) throw Crash{};
    return {.stops = true};
  }
  const bool fails =
      failing_ == Failing::once ? calls_ == fail_at_ : fail_at_ != 0 && calls_ >= fail_at_;
  return {.error = fails ? error_ : 0};
}

void SimulatedFileSystem::conclude(const Verdict& verdict, std::string_view doing,
                                   const std::filesystem::path& path) {
  if (verdict.stops) throw Crash{};
  if (verdict.error != 0) throw failure(doing, path, verdict.error);
}

std::uint64_t SimulatedFileSystem::largest_size(const SimulatedInode& inode) const {
  if (capacity_ == unlimited) return unlimited;
  const std::uint64_t used = disk_.used();
  return inode.contents().size() + (used < capacity_ ? capacity_ - used : 0);
}

std::size_t SimulatedFileSystem::write_what_fits(SimulatedInode& inode, std::uint64_t offset,
                                                 Bytes bytes) {
  const std::uint64_t end = largest_size(inode);
  const std::uint64_t room = end > offset ? end - offset : 0;
  const Bytes fitting = bytes.first(std::min<std::uint64_t>(bytes.size(), room));
  inode.write(offset, fitting);
  return fitting.size();
}

std::uint64_t SimulatedFileSystem::calls() const {
  const std::scoped_lock lock(mutex_);
  return calls_;
}

void SimulatedFileSystem::stop_at(std::uint64_t n, Stop where) {
  const std::scoped_lock lock(mutex_);
  stop_at_ = calls_ + n;
  stop_ = where;
}

bool SimulatedFileSystem::crashed() const {
  const std::scoped_lock lock(mutex_);
  return crashed_;
}

void SimulatedFileSystem::fail_at(std::uint64_t n, int error, Failing failing) {
  const std::scoped_lock lock(mutex_);
  fail_at_ = calls_ + n;
  error_ = error;
  failing_ = failing;
}

void SimulatedFileSystem::clear_faults() {
  const std::scoped_lock lock(mutex_);
  fail_at_ = 0;
}

void SimulatedFileSystem::set_capacity(std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  capacity_ = bytes;
}

void SimulatedFileSystem::refuse_locks(bool refuse) {
  const std::scoped_lock lock(mutex_);
  refuse_locks_ = refuse;
}

void SimulatedFileSystem::encrypt(Encrypted encrypted) {
  const std::scoped_lock lock(mutex_);
  encrypted_ = encrypted;
}

void SimulatedFileSystem::for_each_inode(void (SimulatedInode::*act)() noexcept) {
  for (const auto& [path, folder] : disk_.folders()) {
    for (const auto& [name, inode] : folder.names()) (inode.get()->*act)();
  }
}

void SimulatedFileSystem::end_process_on_encrypted() {
  if (encrypted_ == Encrypted::no) return;
  for_each_inode(&SimulatedInode::lose_if_rewritten);
  if (encrypted_ == Encrypted::new_files_lost) for_each_inode(&SimulatedInode::lose_if_unsynced);
}

void SimulatedFileSystem::restart(Unsynced how, std::uint64_t seed) {
  const std::scoped_lock lock(mutex_);
  end_process_on_encrypted();
  if (encrypted_ != Encrypted::no && how != Unsynced::kept) {
    for_each_inode(&SimulatedInode::lose_unsynced_header);
  }
  disk_.settle(how, seed);
  next_process();
}

void SimulatedFileSystem::kill() {
  const std::scoped_lock lock(mutex_);
  end_process_on_encrypted();
  next_process();
}

SimulatedDisk SimulatedFileSystem::snapshot() const {
  const std::scoped_lock lock(mutex_);
  return disk_;
}

void SimulatedFileSystem::put_back(const SimulatedDisk& disk) {
  const std::scoped_lock lock(mutex_);
  disk_ = disk;
  next_process();
}

void SimulatedFileSystem::next_process() {
  ++process_;
  locked_.clear();
  stop_at_ = 0;
  crashed_ = false;
}

}  // namespace tidemark::io
