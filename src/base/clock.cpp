#include "base/clock.h"

#include <thread>

namespace tidemark {

Clock::time_point SystemClock::now() { return std::chrono::steady_clock::now(); }

void SystemClock::sleep_for(duration pause) { std::this_thread::sleep_for(pause); }

}  // namespace tidemark
