#include "messages.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <string>
#include <system_error>
#include <utility>

void prepare_standard_streams() {
  int fd = 0;
  while (fd >= 0 && fd <= STDERR_FILENO) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): the system has no other open
    fd = ::open("/dev/null", O_RDWR);  // takes the lowest free number
  }
  if (fd >= 0) ::close(fd);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
}

/// False if nobody reads: a pager, or a terminal stopped with Ctrl-S, may stay like that for ever.
bool Messages::wait_writable(int fd) {
  constexpr int slice_ms = 100;
  pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
  while (::poll(&ready, 1, slices_after_stop_ > 0 ? slice_ms : 0) == 0) {
    if (stop_.stop_requested() && --slices_after_stop_ <= 0) return false;
  }
  return true;
}

std::error_code Messages::write_line(int fd, std::string_view line) {
  const std::string bytes = std::string(line) + '\n';
  std::string_view left = bytes;
  while (!left.empty()) {
    if (!wait_writable(fd)) return std::make_error_code(std::errc::timed_out);
    // A pipe that is ready takes this many bytes without blocking.
    const ssize_t written = ::write(fd, left.data(), std::min<std::size_t>(left.size(), PIPE_BUF));
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR && errno != EAGAIN) {
      return {errno, std::generic_category()};
    }
  }
  return {};
}

void Messages::say(std::string_view line) {
  const std::error_code error = write_line(STDOUT_FILENO, line);
  if (!error || error == std::errc::timed_out || std::exchange(told_, true)) return;
  warn("standard output cannot be written: " + error.message());
  warn("the program goes on, and saves as before");
}

void Messages::warn(std::string_view line) {
  // Where standard error fails, there is nowhere left to tell.
  [[maybe_unused]] const auto error = write_line(STDERR_FILENO, "person: " + std::string(line));
}

void Messages::warn(const tidemark::Error& error) {
  warn(error.what());
  warn(error.advice());
}

int exit_code_of(const std::function<void()>& story) {
  Messages messages{{}};
  try {
    story();
    return 0;
  } catch (const tidemark::Error& error) {
    messages.warn(error);
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    messages.warn(std::string("something unexpected went wrong: ") + error.what());
    messages.warn("what was saved last is untouched: restore it");
    return static_cast<int>(tidemark::Code::failed);
  }
}
