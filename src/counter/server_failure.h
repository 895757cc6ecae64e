#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace tidemark::counter {

/// Why a request to a counter's server has no good answer.
class ServerFailure : public std::runtime_error {
 public:
  enum class Outcome {
    passing,  ///< it was not carried out; it may be if it is asked for again in a moment
    refused,  ///< it was not carried out, and will not be
    unknown,  ///< it was sent, and no answer came
  };

  ServerFailure(Outcome outcome, const std::string& what, std::string advice)
      : std::runtime_error(what), outcome_(outcome), advice_(std::move(advice)) {}

  [[nodiscard]] Outcome outcome() const noexcept { return outcome_; }
  [[nodiscard]] const std::string& advice() const noexcept { return advice_; }

 private:
  Outcome outcome_;
  std::string advice_;
};

/// What a server says, fit to be shown: of bounded length, on one line.
[[nodiscard]] std::string printable(std::string_view words);

}  // namespace tidemark::counter
