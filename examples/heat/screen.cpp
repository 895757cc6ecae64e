#include "screen.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <exception>

namespace {

using namespace std::chrono_literals;

constexpr auto kRedraw = 100ms;
constexpr std::size_t kWidth = 30;

}  // namespace

void prepare_standard_streams() {
  int fd = 0;
  while (fd >= 0 && fd <= STDERR_FILENO) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): the system has no other open
    fd = ::open("/dev/null", O_RDWR);  // takes the lowest free number
  }
  if (fd >= 0) ::close(fd);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
}

Screen::Screen() : terminal_(::isatty(STDERR_FILENO) == 1) {}

void Screen::say(const std::string& line) {
  clear_bar();
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

void Screen::warn(const std::string& line) {
  clear_bar();
  std::fprintf(stderr, "heat: %s\n", line.c_str());
}

void Screen::warn(const tidemark::Error& error) {
  warn(error.what());
  warn(error.advice());
}

bool Screen::wants_bar() const {
  return terminal_ && std::chrono::steady_clock::now() - drawn_at_ >= kRedraw;
}

void Screen::bar(std::string_view what, double share, std::string_view note) {
  share = std::clamp(share, 0.0, 1.0);
  const auto filled = static_cast<std::size_t>(share * kWidth);
  std::string line = "\r" + std::string(what) + " [";
  line += std::string(filled, '#') + std::string(kWidth - filled, ' ') + "] ";
  line += std::to_string(static_cast<int>(share * 100)) + " %" + std::string(note);
  line += "\x1b[K";  // what is left of a longer one before it
  std::fputs(line.c_str(), stderr);
  drawn_ = true;
  drawn_at_ = std::chrono::steady_clock::now();
}

void Screen::clear_bar() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

int exit_code_of(const std::function<void()>& story) {
  try {
    story();
    return 0;
  } catch (const tidemark::Error& error) {
    Screen().warn(error);
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    Screen screen;
    screen.warn(std::string("something unexpected went wrong: ") + error.what());
    screen.warn("what was saved last is untouched: run the same command again");
    return static_cast<int>(tidemark::Code::failed);
  }
}
