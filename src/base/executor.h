#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace tidemark {

/// Runs independent pieces of work, in one thread or in several.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Calls `work(0)` to `work(count - 1)`, in any order and perhaps at once, and returns when all
  /// have returned. Once one throws, those not yet begun are left out, and the first exception is
  /// thrown again when the others have returned. Called by one thread at a time, and never from
  /// within `work`.
  virtual void for_each(std::size_t count, const std::function<void(std::size_t)>& work) = 0;

  /// How many pieces can run at once.
  [[nodiscard]] virtual std::size_t width() const noexcept = 0;
};

/// In the calling thread, in order.
class InlineExecutor final : public Executor {
 public:
  void for_each(std::size_t count, const std::function<void(std::size_t)>& work) override;
  [[nodiscard]] std::size_t width() const noexcept override { return 1; }
};

/// The calling thread and `threads - 1` others, which start at the first use and live as long as
/// the pool; where the system refuses threads, those that there are do the work. All signals that
/// may be sent to the process are blocked in them.
class ThreadPool final : public Executor {
 public:
  explicit ThreadPool(std::size_t threads);
  ~ThreadPool() override;
  void for_each(std::size_t count, const std::function<void(std::size_t)>& work) override;
  [[nodiscard]] std::size_t width() const noexcept override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidemark
