#include "io/write_behind.h"

#include <system_error>
#include <utility>

#include "base/blocked_signals.h"

namespace tidemark::io {

WriteBehind::WriteBehind(File& file, std::uint64_t offset, Where where)
    : file_(file), offset_(offset), inline_(where == Where::calling_thread) {}

WriteBehind::~WriteBehind() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void WriteBehind::put(Buffer& buffer, std::size_t size, std::uint64_t to_come) {
  if (!inline_ && !thread_.joinable()) start();
  if (inline_) {
    Piece piece{std::move(buffer), size, to_come};
    write(piece);
    buffer = std::move(piece.buffer);
    return;
  }
  std::unique_lock lock(mutex_);
  // One of the buffers is the caller's.
  changed_.wait(lock,
                [&] { return failure_ || waiting_.size() + (writing_ ? 1U : 0U) < buffers - 1; });
  rethrow_failure();
  waiting_.push_back({std::move(buffer), size, to_come});
  buffer = Buffer();
  if (!spare_.empty()) {
    buffer = std::move(spare_.back());
    spare_.pop_back();
  }
  changed_.notify_all();
}

void WriteBehind::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failure_ || (waiting_.empty() && !writing_); });
  rethrow_failure();
}

void WriteBehind::rethrow_failure() const {
  if (failure_) std::rethrow_exception(failure_);
}

void WriteBehind::start() {
  const BlockedSignals blocked;
  try {
    thread_ = std::thread([this] { live(); });
  } catch (const std::system_error&) {
    inline_ = true;  // short of threads: no reason for a save to fail
  }
}

void WriteBehind::live() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    Piece piece = std::move(waiting_.front());
    waiting_.pop_front();
    writing_ = true;
    lock.unlock();
    std::exception_ptr failure;
    try {
      write(piece);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    writing_ = false;
    spare_.push_back(std::move(piece.buffer));
    if (failure) {
      failure_ = failure;
      changed_.notify_all();
      return;
    }
    changed_.notify_all();
  }
}

void WriteBehind::write(const Piece& piece) {
  if (piece.to_come > piece.size && offset_ + piece.to_come > room_) {
    room_ = offset_ + piece.to_come;
    file_.expect_writes(offset_, piece.to_come);
  }
  file_.write_at(offset_, Bytes(piece.buffer).first(piece.size));
  file_.begin_sync(offset_, piece.size);
  offset_ += piece.size;
}

}  // namespace tidemark::io
