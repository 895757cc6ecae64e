#include "counter/tpm_failure.h"

#include <tss2/tss2_rc.h>
#include <tss2/tss2_tpm2_types.h>

#include <algorithm>
#include <array>

namespace tidemark::counter {
namespace {

using Outcome = ServerFailure::Outcome;

/// Without the number of the handle, session or parameter that is meant.
TSS2_RC plain(TSS2_RC code) noexcept {
  const TSS2_RC own = code & ~TSS2_RC_LAYER_MASK;
  return (own & TPM2_RC_FMT1) != 0 ? own & (TPM2_RC_FMT1 | 0x3fU) : own;
}

constexpr std::array busy{TPM2_RC_RETRY,          TPM2_RC_YIELDED,         TPM2_RC_TESTING,
                          TPM2_RC_NV_RATE,        TPM2_RC_NV_UNAVAILABLE,  TPM2_RC_CANCELED,
                          TPM2_RC_SESSION_MEMORY, TPM2_RC_SESSION_HANDLES, TPM2_RC_OBJECT_MEMORY,
                          TPM2_RC_MEMORY,         TPM2_RC_CONTEXT_GAP};

}  // namespace

bool TpmFailure::by_chip() const noexcept {
  const TSS2_RC layer = code_ & TSS2_RC_LAYER_MASK;
  return layer == TSS2_TPM_RC_LAYER || layer == TSS2_RESMGR_RC_LAYER ||
         layer == TSS2_RESMGR_TPM_RC_LAYER;
}

bool TpmFailure::not_exclusive() const noexcept {
  return by_chip() && plain(code_) == TPM2_RC_EXCLUSIVE;
}

bool TpmFailure::no_such_handle() const noexcept {
  return by_chip() && plain(code_) == TPM2_RC_HANDLE;
}

bool TpmFailure::already_defined() const noexcept {
  return by_chip() && plain(code_) == TPM2_RC_NV_DEFINED;
}

bool TpmFailure::wrong_secret() const noexcept {
  return by_chip() && (plain(code_) == TPM2_RC_BAD_AUTH || plain(code_) == TPM2_RC_AUTH_FAIL);
}

bool TpmFailure::session_lost() const noexcept {
  const TSS2_RC code = plain(code_);
  return by_chip() &&
         (code == TPM2_RC_VALUE || (code >= TPM2_RC_REFERENCE_H0 && code <= TPM2_RC_REFERENCE_S6));
}

bool TpmFailure::passing() const noexcept {
  return by_chip() && (not_exclusive() || std::ranges::find(busy, plain(code_)) != busy.end());
}

ServerFailure TpmFailure::in_words() const {
  if (!by_chip()) {
    if (code_ == TSS2_ESYS_RC_RSP_AUTH_FAILED || code_ == TSS2_ESYS_RC_MALFORMED_RESPONSE) {
      return {Outcome::unknown, "gave an answer that the chip did not make",
              "find out who sits between this program and the TPM"};
    }
    return {Outcome::unknown, "cannot be reached",
            "see that the TPM is there and answers: tpm2_getrandom 8"};
  }
  if (not_exclusive()) {
    return {Outcome::passing, "is being used by others all the time",
            "try again when the TPM is less busy"};
  }
  switch (plain(code_)) {
    case TPM2_RC_LOCKOUT:
      return {Outcome::refused, "is in lockout: there were too many wrong tries at other secrets",
              "wait until the TPM lets go of it, or let its owner run tpm2_dictionarylockout -c"};
    case TPM2_RC_NV_RATE:
      return {Outcome::passing, "slows writes down to save its memory from wearing out",
              "save less often"};
    case TPM2_RC_NV_SPACE:
      return {Outcome::refused, "has no room left for another index",
              "let its owner remove one that nobody needs: tpm2_nvundefine"};
    case TPM2_RC_HIERARCHY:
      return {Outcome::refused, "has the hierarchies switched off that are needed",
              "let the owner or endorsement hierarchy be switched on in the firmware's set-up"};
    case TPM2_RC_FAILURE:
      return {Outcome::refused, "is in failure mode: it is broken, or its memory is worn out",
              "restart the machine; if that does not help, the counter is lost with the chip"};
    case TPM2_RC_INITIALIZE:
      return {Outcome::refused, "was not started",
              "let the firmware start it, or run tpm2_startup -c"};
    case TPM2_RC_NV_UNINITIALIZED:
      return {Outcome::refused, "has an index that was never written, or lost what it held",
              "if the chip's memory is worn out, the counter is lost with it"};
    case TPM2_RC_HANDLE:
      return {Outcome::refused, "does not have the index any more", "bring the counter back"};
    case TPM2_RC_BAD_AUTH:
    case TPM2_RC_AUTH_FAIL:
      return {Outcome::refused, "wants a password for its owner or endorsement hierarchy",
              "let these have none, or use a chip where they have none"};
    default:
      break;
  }
  const char* const said = Tss2_RC_Decode(code_);
  return {passing() ? Outcome::passing : Outcome::unknown,
          "refuses: " + printable(said != nullptr ? said : "?"),
          "look the words up in the specification of TPM 2.0, part 2"};
}

void check(TSS2_RC code) {
  if (code != TSS2_RC_SUCCESS) throw TpmFailure(code);
}

}  // namespace tidemark::counter
