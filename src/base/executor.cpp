#include "base/executor.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/blocked_signals.h"

namespace tidemark {

void InlineExecutor::for_each(std::size_t count, const std::function<void(std::size_t)>& work) {
  for (std::size_t i = 0; i < count; ++i) work(i);
}

class ThreadPool::Impl {
 public:
  explicit Impl(std::size_t threads) : width_(threads < 1 ? 1 : threads) {}

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    {
      const std::lock_guard guard(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  [[nodiscard]] std::size_t width() const noexcept { return width_; }

  void for_each(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::unique_lock lock(mutex_);
    if (work_ != nullptr) throw std::logic_error("ThreadPool::for_each is not to be nested");
    if (threads_.empty() && count > 1) start();
    work_ = &work;
    next_ = 0;
    count_ = count;
    unfinished_ = count;
    changed_.notify_all();
    work_off(lock);
    changed_.wait(lock, [this] { return unfinished_ == 0; });
    work_ = nullptr;
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  void start() {
    const BlockedSignals blocked;
    threads_.reserve(width_ - 1);
    try {
      while (threads_.size() + 1 < width_) threads_.emplace_back([this] { live(); });
    } catch (const std::system_error&) {
      // The system is short of threads. That is no reason for a checkpoint to fail.
    }
  }

  void live() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      work_off(lock);
      changed_.wait(lock, [this] { return stopping_ || next_ < count_; });
    }
  }

  void work_off(std::unique_lock<std::mutex>& lock) {
    while (next_ < count_) {
      const std::size_t piece = next_++;
      const auto& work = *work_;
      lock.unlock();
      std::exception_ptr failure;
      try {
        work(piece);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      if (failure) give_up(std::move(failure));
      if (--unfinished_ == 0) changed_.notify_all();
    }
  }

  void give_up(std::exception_ptr failure) {
    unfinished_ -= count_ - next_;
    next_ = count_;
    if (!failure_) failure_ = std::move(failure);
  }

  std::size_t width_;
  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void(std::size_t)>* work_ = nullptr;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
  std::size_t unfinished_ = 0;
  std::exception_ptr failure_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

ThreadPool::ThreadPool(std::size_t threads) : impl_(std::make_unique<Impl>(threads)) {}
ThreadPool::~ThreadPool() = default;

void ThreadPool::for_each(std::size_t count, const std::function<void(std::size_t)>& work) {
  impl_->for_each(count, work);
}

std::size_t ThreadPool::width() const noexcept { return impl_->width(); }

}  // namespace tidemark
