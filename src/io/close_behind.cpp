#include "io/close_behind.h"

#include <system_error>
#include <utility>

#include "base/blocked_signals.h"

namespace tidemark::io {

CloseBehind::~CloseBehind() {
  if (thread_.joinable()) thread_.join();
}

void CloseBehind::close(std::shared_ptr<void> file) {
  if (thread_.joinable()) thread_.join();
  const BlockedSignals blocked;
  try {
    thread_ = std::thread([last = std::move(file)]() mutable { last.reset(); });
  } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): it is closed by now
  }
}

}  // namespace tidemark::io
