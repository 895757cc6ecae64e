#pragma once

#include <tss2/tss2_common.h>

#include <exception>
#include <string>

#include "counter/server_failure.h"

namespace tidemark::counter {

/// A command that has no good answer: the chip's refusal, which carries no HMAC and so may be
/// anybody's, or what tpm2-tss says of the way to the chip.
class TpmFailure : public std::exception {
 public:
  explicit TpmFailure(TSS2_RC code) noexcept : code_(code) {}

  [[nodiscard]] const char* what() const noexcept override { return "a TPM's refusal"; }

  /// The chip, or who speaks for it, says so: the way to it is open.
  [[nodiscard]] bool by_chip() const noexcept;

  [[nodiscard]] bool not_exclusive() const noexcept;   ///< another command came in between
  [[nodiscard]] bool no_such_handle() const noexcept;  ///< the index is not defined
  [[nodiscard]] bool already_defined() const noexcept;
  [[nodiscard]] bool wrong_secret() const noexcept;  ///< or the index is not what it was thought
  [[nodiscard]] bool session_lost() const noexcept;  ///< a restart, or a manager that needed room

  /// Whether it is worth asking again in a moment: others use the chip, or it is busy.
  [[nodiscard]] bool passing() const noexcept;

  /// For the user; nothing of it is secret.
  [[nodiscard]] ServerFailure in_words() const;

 private:
  TSS2_RC code_;
};

/// Throws TpmFailure unless it is a success.
void check(TSS2_RC code);

}  // namespace tidemark::counter
