#include "base/executor.h"

#include <pthread.h>

#include <condition_variable>
#include <csignal>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace tidemark {

void InlineExecutor::for_each(std::size_t count, const std::function<void(std::size_t)>& work) {
  for (std::size_t i = 0; i < count; ++i) work(i);
}

class ThreadPool::Impl {
 public:
  explicit Impl(std::size_t threads) : width_(threads < 1 ? 1 : threads) {}

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
    if (threads_.empty() && count > 1) start();
    std::unique_lock lock(mutex_);
    work_ = &work;
    next_ = 0;
    count_ = count;
    unfinished_ = count;
    failure_ = nullptr;
    changed_.notify_all();
    work_off(lock);
    changed_.wait(lock, [this] { return unfinished_ == 0; });
    work_ = nullptr;
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  // Signals are the application's business: none may be delivered to a thread of this pool.
  void start() {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (std::size_t i = 1; i < width_; ++i) {
      threads_.emplace_back([this] { live(); });
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
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
      if (failure && !failure_) failure_ = failure;
      if (--unfinished_ == 0) changed_.notify_all();
    }
  }

  const std::size_t width_;
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
