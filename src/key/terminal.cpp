#include "key/terminal.h"

#include <tidemark/error.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace tidemark::key {
namespace {

/// More than a passphrase may have, so that one that is too long is seen as such.
constexpr std::size_t most_typed = 2048;

constexpr tcflag_t shown = ECHO | ECHOE | ECHOK | ECHONL;

[[noreturn]] void refuse(std::string what) {
  throw Error(Code::wrong_key, std::move(what),
              "start the program in a terminal, or give the passphrase by passphrase:env=NAME");
}

[[noreturn]] void refuse(const char* what, int error) {
  refuse(what + (": " + std::generic_category().message(error)));
}

std::mutex& only_one() {
  static std::mutex mutex;
  return mutex;
}

/// What the handler needs, which has no other way to get at it. Set before it is installed.
struct Silenced {
  int terminal = -1;
  termios before{};
};
Silenced silenced;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

/// The signal's default action follows, in spite of the handler: SA_RESETHAND and SA_NODEFER.
extern "C" void restore_and_end(int signal) {
  ::tcsetattr(silenced.terminal, TCSANOW, &silenced.before);
  ::raise(signal);
}

}  // namespace

SilentTerminal::SilentTerminal()
    : alone_(only_one()), terminal_(io::open_descriptor("/dev/tty", O_RDWR | O_NOCTTY)) {
  if (!terminal_.valid()) refuse("there is no terminal to ask for the passphrase on", errno);
  if (::tcgetattr(terminal_.get(), &before_) != 0) refuse("cannot ask on the terminal", errno);
  silenced = {.terminal = terminal_.get(), .before = before_};
  for (std::size_t i = 0; i < fatal_signals.size(); ++i) {
    ::sigaction(fatal_signals[i], nullptr, &handled_[i]);
    if (handled_[i].sa_handler != SIG_DFL) continue;  // the program's own, or ignored
    struct sigaction action{};
    action.sa_handler = restore_and_end;
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_NODEFER;
    ::sigaction(fatal_signals[i], &action, nullptr);
  }
  try {
    silence();
  } catch (...) {
    restore();
    throw;
  }
}

SilentTerminal::~SilentTerminal() { restore(); }

void SilentTerminal::restore() const noexcept {
  io::uninterrupted([&] { return ::tcsetattr(terminal_.get(), TCSANOW, &before_); });
  for (std::size_t i = 0; i < fatal_signals.size(); ++i) {
    if (handled_[i].sa_handler == SIG_DFL) ::sigaction(fatal_signals[i], &handled_[i], nullptr);
  }
}

/// The keys for signals end the line instead, so that they are seen here, whoever waits for the
/// signals; ask() passes them on. What was typed before the question is dropped.
void SilentTerminal::silence() {
  termios silent = before_;
  silent.c_lflag &= ~(shown | ISIG);
  silent.c_lflag |= ICANON;
  silent.c_iflag |= ICRNL;
  silent.c_cc[VEOL] = before_.c_cc[VINTR];
  silent.c_cc[VEOL2] = before_.c_cc[VQUIT];
  const auto set = [&] { return ::tcsetattr(terminal_.get(), TCSAFLUSH, &silent); };
  if (io::uninterrupted(set) != 0) refuse("cannot ask on the terminal", errno);
  termios now{};
  // It succeeds also where only a part was done.
  if (::tcgetattr(terminal_.get(), &now) != 0) refuse("cannot ask on the terminal", errno);
  if ((now.c_lflag & ECHO) != 0) refuse("the terminal would show the passphrase");
}

void SilentTerminal::show(std::string_view text) const {
  while (!text.empty()) {
    const auto put =
        io::uninterrupted([&] { return ::write(terminal_.get(), text.data(), text.size()); });
    if (put <= 0) refuse("cannot ask on the terminal", errno);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

int SilentTerminal::signal_of(std::byte typed) const {
  const auto is = [&](cc_t key) { return key != _POSIX_VDISABLE && typed == std::byte{key}; };
  if ((before_.c_lflag & ISIG) == 0) return 0;
  if (is(before_.c_cc[VINTR])) return SIGINT;
  return is(before_.c_cc[VQUIT]) ? SIGQUIT : 0;
}

crypto::SecretBuffer SilentTerminal::ask(std::string_view prompt) {
  show(prompt);
  crypto::SecretBuffer typed(most_typed);
  std::size_t size = 0;
  while (size == 0 || typed.bytes()[size - 1] != std::byte{'\n'}) {
    const MutableBytes rest = typed.mutable_bytes().subspan(size);
    if (rest.empty()) refuse("what was typed is too long for a passphrase");
    const auto got =
        io::uninterrupted([&] { return ::read(terminal_.get(), rest.data(), rest.size()); });
    if (got < 0) refuse("cannot read from the terminal", errno);
    if (got == 0) refuse("no passphrase was given");
    size += static_cast<std::size_t>(got);
    if (const int signal = signal_of(typed.bytes()[size - 1]); signal != 0) {
      restore();
      ::kill(0, signal);  // to everybody who would have had it from the terminal
      refuse("no passphrase was given");
    }
  }
  show("\n");
  crypto::SecretBuffer line(size - 1);
  std::ranges::copy(typed.bytes().first(size - 1), line.mutable_bytes().begin());
  return line;
}

}  // namespace tidemark::key
