#pragma once

#include <tidemark/counter.h>
#include <tidemark/error.h>

#include <optional>
#include <string>

namespace tidemark::session {

/// What became of an advance.
struct Answer {
  enum class Outcome {
    committed,  ///< the counter holds the mark asked for
    conflict,   ///< it never will: `found` is what it holds instead
    unknown,    ///< it may still come to hold it: `why`
  };
  Outcome outcome{};
  std::optional<CounterReading> found{};
  std::string why{};
};

/// Asks the counter to move from `from` (nothing: from "absent") to `to`. Where the outcome is
/// unknown it reads again, and asks again, a bounded number of times: digests are unique, so that
/// what it reads tells exactly what happened. Throws what the counter throws, but for
/// `counter_unavailable`.
[[nodiscard]] Answer ask(Counter& counter, const std::string& name, const std::optional<Mark>& from,
                         const Mark& to);

}  // namespace tidemark::session
