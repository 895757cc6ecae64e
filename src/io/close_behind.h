#pragma once

#include <memory>
#include <thread>

#include "io/file_system.h"

namespace tidemark::io {

/// Closes files while the caller goes on: to give back the space of a large file that has no name
/// any more takes as long as a good part of writing it. Used by one thread.
class CloseBehind {
 public:
  CloseBehind() = default;

  /// Waits until all are closed.
  ~CloseBehind();

  CloseBehind(const CloseBehind&) = delete;
  CloseBehind& operator=(const CloseBehind&) = delete;

  /// Closes `file`, if this is the last reference to it, in another thread; waits for the one
  /// before. Where the system has no thread to spare, it closes at once.
  void close(std::shared_ptr<void> file);

 private:
  std::thread thread_;
};

}  // namespace tidemark::io
