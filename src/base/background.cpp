#include "base/background.h"

#include <memory>
#include <system_error>
#include <utility>

#include "base/blocked_signals.h"

namespace tidemark {

Background::~Background() { wait(); }

void Background::run(std::function<void()> work) {
  wait();
  // Shared, since a thread that does not start has taken its copy with it.
  const auto shared = std::make_shared<std::function<void()>>(std::move(work));
  const BlockedSignals blocked;
  try {
    thread_ = std::thread([shared] { (*shared)(); });
  } catch (const std::system_error&) {
    (*shared)();
  }
}

void Background::wait() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace tidemark
