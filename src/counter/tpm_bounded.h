#pragma once

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "base/blocked_signals.h"
#include "counter/retries.h"

namespace tidemark::counter {

/// What did not end in time. It goes on, unheard.
struct TooLate {};

/// Runs one task at a time, each in a thread of its own, and waits for it no longer than allowed: a
/// chip that hangs cannot be interrupted. While one hangs no other begins. Thread-safe.
class Bounded {
 public:
  /// What `task` returns or throws, or TooLate. The task must own all that it uses.
  template <class Task>
  auto run(Deadline deadline, Task task) -> decltype(task()) {
    {
      std::unique_lock lock(turn_->mutex);
      if (!turn_->ended.wait_until(lock, deadline, [this] { return !turn_->taken; })) {
        throw TooLate{};
      }
      turn_->taken = true;
    }
    std::packaged_task<decltype(task())()> packaged(std::move(task));
    auto result = packaged.get_future();
    {
      const BlockedSignals blocked;
      std::thread([turn = turn_, own = std::move(packaged)]() mutable {
        own();
        own = {};
        {
          const std::scoped_lock lock(turn->mutex);
          turn->taken = false;
        }
        turn->ended.notify_one();
      }).detach();
    }
    if (result.wait_until(deadline) != std::future_status::ready) throw TooLate{};
    return result.get();
  }

 private:
  struct Turn {
    std::mutex mutex;
    std::condition_variable ended;
    bool taken = false;
  };
  std::shared_ptr<Turn> turn_ = std::make_shared<Turn>();
};

}  // namespace tidemark::counter
