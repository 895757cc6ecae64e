#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace tidemark::simulation {

/// Runs actors one at a time and decides by its seed who is next. An actor is a thread, but it
/// gives way only where it says so: the same seed gives the same run.
class Scheduler {
 public:
  explicit Scheduler(std::uint64_t seed) : random_(seed) {}

  /// For the actors and whatever they call, and for those who prepare them.
  [[nodiscard]] std::uint64_t below(std::uint64_t end) { return random_() % end; }
  [[nodiscard]] bool one_in(std::uint64_t chances) { return below(chances) == 0; }

  /// Runs all actors to their ends.
  void run(const std::vector<std::function<void()>>& actors);

  /// By the running actor: lets another one run, perhaps.
  void give_way();

 private:
  static constexpr std::size_t nobody = ~std::size_t{0};

  void live(std::size_t self, const std::function<void()>& actor);
  void choose(std::unique_lock<std::mutex>& lock);

  std::mt19937_64 random_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::size_t> alive_;
  std::size_t running_ = nobody;
};

}  // namespace tidemark::simulation
