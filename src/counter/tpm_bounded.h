#pragma once

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
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
    std::unique_lock lock(turn_->mutex);
    if (!turn_->ended.wait_until(lock, deadline, [this] { return !turn_->taken; })) {
      throw TooLate{};
    }
    const auto result = std::make_shared<Result<decltype(task())>>();
    std::thread worker = start(result, std::move(task));
    turn_->taken = true;
    if (!turn_->ended.wait_until(lock, deadline, [&] { return result->ended; })) {
      worker.detach();
      throw TooLate{};
    }
    lock.unlock();
    worker.join();  // were it still ending when the caller forks, it could leave locks behind
    if (result->error) std::rethrow_exception(std::exchange(result->error, nullptr));
    return std::move(*result->value);
  }

 private:
  struct Turn {
    std::mutex mutex;
    std::condition_variable ended;
    bool taken = false;
  };

  /// Guarded by the turn's mutex. Once it is here, the thread that made it has no part in it.
  template <class Value>
  struct Result {
    std::optional<Value> value{};
    std::exception_ptr error{};
    bool ended = false;
  };

  template <class Value, class Task>
  std::thread start(std::shared_ptr<Result<Value>> result, Task task) {
    const BlockedSignals blocked;
    return std::thread(
        [turn = turn_, result = std::move(result), own = std::optional(std::move(task))]() mutable {
          carry_out(*turn, *result, own);
        });
  }

  template <class Value, class Task>
  static void carry_out(Turn& turn, Result<Value>& result, std::optional<Task>& task) {
    std::optional<Value> value;
    std::exception_ptr error;
    try {
      value.emplace((*task)());
    } catch (...) {
      error = std::current_exception();
    }
    task.reset();
    {
      const std::scoped_lock lock(turn.mutex);
      result.value = std::move(value);
      result.error = std::move(error);
      result.ended = true;
      turn.taken = false;
    }
    turn.ended.notify_all();
  }

  std::shared_ptr<Turn> turn_ = std::make_shared<Turn>();
};

}  // namespace tidemark::counter
