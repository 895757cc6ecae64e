#include "tests/simulation/scheduler.h"

#include <algorithm>

namespace tidemark::simulation {

void Scheduler::run(const std::vector<std::function<void()>>& actors) {
  if (actors.size() == 1) return actors.front()();  // nobody to give way to
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < actors.size(); ++i) alive_.push_back(i);
  for (std::size_t i = 0; i < actors.size(); ++i) {
    threads.emplace_back([this, i, &actors] { live(i, actors[i]); });
  }
  {
    std::unique_lock lock(mutex_);
    choose(lock);
  }
  for (std::thread& thread : threads) thread.join();
}

void Scheduler::give_way() {
  std::unique_lock lock(mutex_);
  if (alive_.size() < 2) return;
  const std::size_t self = running_;
  choose(lock);
  changed_.wait(lock, [&] { return running_ == self; });
}

void Scheduler::live(std::size_t self, const std::function<void()>& actor) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return running_ == self; });
  }
  actor();
  std::unique_lock lock(mutex_);
  std::erase(alive_, self);
  if (!alive_.empty()) choose(lock);
}

void Scheduler::choose(std::unique_lock<std::mutex>& /*held*/) {
  running_ = alive_[below(alive_.size())];
  changed_.notify_all();
}

}  // namespace tidemark::simulation
