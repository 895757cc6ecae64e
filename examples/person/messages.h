#pragma once

#include <tidemark/error.h>

#include <atomic>
#include <functional>
#include <stop_token>
#include <string_view>
#include <system_error>
#include <utility>

/// Makes it safe to write lines and open files: what is closed of the standard streams gets
/// /dev/null, else a checkpoint could be opened in the place of standard output; and a reader that
/// has gone is an error of one write, not the end of the program.
void prepare_standard_streams();

/// Lines for people, each shown at once. A line that cannot be shown never ends the program.
/// Without a reader it waits; but once a stop is requested, all lines together wait for a second at
/// most, so that the last save is not kept waiting. Several threads may warn, one at a time may
/// say.
class Messages {
 public:
  explicit Messages(std::stop_token stop) : stop_(std::move(stop)) {}

  /// On standard output.
  void say(std::string_view line);

  /// On standard error, as `person: LINE`.
  void warn(std::string_view line);
  void warn(const tidemark::Error& error);

 private:
  [[nodiscard]] bool wait_writable(int fd);
  [[nodiscard]] std::error_code write_line(int fd, std::string_view line);

  std::stop_token stop_;
  std::atomic<int> slices_after_stop_ = 10;
  bool told_ = false;
};

/// Runs `story`, reports what it throws on standard error, and returns the exit code.
[[nodiscard]] int exit_code_of(const std::function<void()>& story);
