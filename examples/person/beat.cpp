#include "beat.h"

#include <condition_variable>
#include <mutex>

bool Beat::wait(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_until(lock, stop, next_, [] { return false; });
  if (stop.stop_requested()) return false;
  const auto late = Clock::now() - next_;
  next_ += period_ * (1 + late / period_);
  return true;
}
