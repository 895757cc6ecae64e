#pragma once

#include <csignal>

/// A signal that asks for a save, and not for an end. It is to be made before other threads, which
/// then never get the signal.
class SaveSignal {
 public:
  explicit SaveSignal(int signal) {
    sigemptyset(&set_);
    sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }

  /// Whether it came since the last time that this was asked.
  [[nodiscard]] bool came() const {
    const timespec at_once{};
    return sigtimedwait(&set_, nullptr, &at_once) > 0;
  }

 private:
  sigset_t set_{};
};
