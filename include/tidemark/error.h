#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace tidemark {

/// What kind of thing went wrong. A code exists only where a caller can react to it; programs
/// built on Tidemark end with it as their exit code, so the numbers never change.
enum class Code : int {
  ok = 0,
  failed = 1,               ///< the operating system said no: its words and the path
  usage = 2,                ///< a flag, a URI or a value is wrong
  no_checkpoint = 3,        ///< no such file, or it never held a committed generation
  damaged = 4,              ///< not a Tidemark file, or the committed generation is cut or altered
  wrong_key = 5,            ///< the key does not open this lineage, or is not usable
  stale = 6,                ///< only generations older than the counter's: a rollback
  forked = 7,               ///< the counter's value with another digest, or another lineage
  fenced = 8,               ///< another instance took the lineage over: this one must stop
  counter_unavailable = 9,  ///< the counter cannot be reached or may not be used
  exists = 10,              ///< a fresh start where a lineage already lives
  unsupported = 11,         ///< a version, cipher or class that this program does not know
  counter_behind = 12,      ///< the counter has lost values that the file proves
  in_use = 13,              ///< another process on this host holds the file
  wrong_counter = 14,       ///< not the counter that this lineage was created with, or moved to
  used_up = 15,             ///< a state that could be loaded once was loaded already
  unconfirmed = 16,         ///< written and durable, but the counter did not answer
};

/// The code's name as it stands in the enumeration, for example "counter_behind".
[[nodiscard]] std::string_view name(Code code) noexcept;

/// The one exception that Tidemark throws. `what()` is one sentence on what happened, `advice()`
/// one sentence on what to do; neither ends in a full stop, neither holds anything secret.
class Error : public std::exception {
 public:
  Error(Code code, std::string what, std::string advice);

  [[nodiscard]] Code code() const noexcept { return code_; }
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }
  [[nodiscard]] const std::string& advice() const noexcept { return advice_; }

 private:
  Code code_;
  std::string what_;
  std::string advice_;
};

}  // namespace tidemark
