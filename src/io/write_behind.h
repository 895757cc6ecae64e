#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "io/file_system.h"

namespace tidemark::io {

/// Writes one buffer after the other to a file while the caller fills the next, and lets the disk
/// begin with each at once. Used by one thread. Nobody else may use the file in the meantime.
class WriteBehind {
 public:
  enum class Where {
    other_thread,    ///< if the system has one to spare; no signal for the process gets there
    calling_thread,  ///< then the order of all calls is the same every time
  };

  /// How many buffers there are at once: one being filled, one waiting, one being written.
  static constexpr std::size_t buffers = 3;

  /// Begins at `offset`. The file must outlive this.
  WriteBehind(File& file, std::uint64_t offset, Where where);

  /// Waits for a write that is under way. What was not begun is not written.
  ~WriteBehind();

  WriteBehind(const WriteBehind&) = delete;
  WriteBehind& operator=(const WriteBehind&) = delete;

  /// Takes the first `size` bytes of `buffer`, which holds anything afterwards, of any size. At
  /// least `to_come` bytes, these included, are going to be written from here on: a hint. Throws
  /// what an earlier write threw; then no more is written.
  void put(Buffer& buffer, std::size_t size, std::uint64_t to_come);

  /// Waits until everything is written. Throws as put() does.
  void wait();

  /// The buffers that nobody needs any more. Not before everything is written.
  [[nodiscard]] std::vector<Buffer> take_spare() noexcept { return std::move(spare_); }

 private:
  struct Piece {
    Buffer buffer;
    std::size_t size = 0;
    std::uint64_t to_come = 0;
  };

  void start();
  void live();
  void write(const Piece& piece);
  void rethrow_failure() const;

  File& file_;
  std::uint64_t offset_;    ///< of the next write; the writing thread's alone
  std::uint64_t room_ = 0;  ///< up to where room was asked for; the writing thread's alone
  bool inline_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Piece> waiting_;
  std::vector<Buffer> spare_;
  bool writing_ = false;
  bool stopping_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace tidemark::io
