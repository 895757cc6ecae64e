#pragma once

#include <termios.h>

#include <array>
#include <csignal>
#include <memory>
#include <mutex>
#include <string_view>

#include "crypto/secret.h"
#include "io/descriptor.h"

namespace tidemark::key {

/// The controlling terminal, which shows nothing of what is typed for as long as this lives; then
/// it is as it was, whatever happens: an error, a signal that ends the program, or the terminal's
/// keys for such signals. One at a time; others wait. Only SIGKILL leaves the terminal silent, and
/// a handler of the program's own that ends it.
///
/// Of a signal that the program waits for elsewhere, as StopSignals does, nothing is seen here; the
/// terminal's own keys end the question all the same.
class SilentTerminal {
 public:
  /// Throws Error (`wrong_key`) where there is no terminal.
  SilentTerminal();
  ~SilentTerminal();
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

  /// Shows `prompt` and reads a line, without its end. Throws Error (`wrong_key`) if there is none.
  [[nodiscard]] crypto::SecretBuffer ask(std::string_view prompt);

 private:
  void silence();
  void restore() const noexcept;
  void show(std::string_view text) const;
  [[nodiscard]] int signal_of(std::byte typed) const;

  static constexpr std::array fatal_signals{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM};

  std::unique_lock<std::mutex> alone_;
  io::Descriptor terminal_;
  termios before_{};
  std::array<struct sigaction, fatal_signals.size()> handled_{};
};

}  // namespace tidemark::key
