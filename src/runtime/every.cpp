#include <tidemark/error.h>
#include <tidemark/runtime.h>

namespace tidemark {

Every::Every(std::chrono::steady_clock::duration period)
    : period_(period), last_(std::chrono::steady_clock::now()) {
  if (period <= std::chrono::steady_clock::duration::zero()) {
    throw Error(Code::usage, "the period of something that happens again and again is not positive",
                "give a period above zero");
  }
}

Every::operator bool() noexcept {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < period_) return false;
  last_ = now;
  return true;
}

}  // namespace tidemark
