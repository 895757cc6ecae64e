#pragma once

#include <functional>
#include <thread>

namespace tidemark {

/// Another thread, for one piece of work at a time while the caller goes on. All signals that may
/// be sent to the process are blocked in it. Used by one thread.
class Background {
 public:
  Background() = default;

  /// Waits for the work.
  ~Background();

  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Waits for what was begun before, and begins with `work`, which must not throw. Where the
  /// system has no thread to spare, does it at once.
  void run(std::function<void()> work);

  void wait();

 private:
  std::thread thread_;
};

}  // namespace tidemark
