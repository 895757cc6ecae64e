#pragma once

#include <tidemark/error.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

/// Makes it safe to write lines and open files: what is closed of the standard streams gets
/// /dev/null, else a checkpoint could be opened in the place of one; and a reader that has gone is
/// no reason to end.
void prepare_standard_streams();

/// Lines for people, and below them, where standard error is a terminal, one that moves. For one
/// thread.
class Screen {
 public:
  Screen();
  ~Screen() { clear_bar(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// On standard output.
  void say(const std::string& line);

  /// On standard error, as `heat: LINE`.
  void warn(const std::string& line);
  void warn(const tidemark::Error& error);

  /// Whether a bar is worth drawing: there is a terminal, and the last one has grown old.
  [[nodiscard]] bool wants_bar() const;

  /// `WHAT [#####     ]  50 %NOTE`. `share`: 0 to 1.
  void bar(std::string_view what, double share, std::string_view note = {});

 private:
  void clear_bar();

  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point drawn_at_{};
};

/// Runs `story`, reports what it throws on standard error, and returns the exit code.
[[nodiscard]] int exit_code_of(const std::function<void()>& story);
