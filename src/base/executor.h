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
  /// have returned. The first exception is thrown again then. Called by one thread at a time.
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
/// the pool. All signals are blocked in them.
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
