#pragma once

#include <chrono>

namespace tidemark {

/// Time for waits and bounds. Thread-safe.
class Clock {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  virtual ~Clock() = default;
  [[nodiscard]] virtual time_point now() = 0;
  virtual void sleep_for(duration pause) = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] time_point now() override;
  void sleep_for(duration pause) override;
};

}  // namespace tidemark
