#pragma once

#include <sys/types.h>
#include <tidemark/counter.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <utility>

#include "counter/retries.h"
#include "counter/tpm_chip.h"
#include "counter/tpm_failure.h"
#include "counter/tpm_marks.h"

namespace tidemark::counter {

/// Which index of which chip, and what makes it a lineage's own.
struct TpmPlace {
  std::string tcti;
  std::uint32_t index = 0;
  Digest endorsement{};  ///< the chip's, as it was at the birth
  crypto::Secret32 authorization;
  TpmExtensions extensions;
};

/// A lineage's index, and the way to it, which is kept open between calls. Not thread-safe.
///
/// An extend is compare-and-set: it follows an audited read or extend in the same session, and the
/// chip carries it out only if that session is exclusive still, which ends with any other command
/// that could have been audited, whoever sent it. Errors have no HMAC, so none is believed: what
/// the index holds is read again.
///
/// Throws ServerFailure, with words, and Error (`wrong_counter`) where chip or index are not those
/// of the lineage.
class TpmIndex {
 public:
  struct Held {
    Digest birth{};
    Digest content{};
  };

  /// What became of an extend: carried out, or what was found instead; absent if nothing was.
  struct Outcome {
    bool moved = false;
    std::optional<Held> found{};
  };

  explicit TpmIndex(TpmPlace place) : place_(std::move(place)), process_(::getpid()) {}
  ~TpmIndex();
  TpmIndex(const TpmIndex&) = delete;
  TpmIndex& operator=(const TpmIndex&) = delete;

  /// Nothing if it is not defined. One that was defined and never extended had its birth
  /// interrupted: that is finished here.
  [[nodiscard]] std::optional<Held> read(Deadline deadline);

  [[nodiscard]] Outcome define(Deadline deadline, const Digest& birth);
  [[nodiscard]] Outcome extend(Deadline deadline, const Digest& from, const Digest& by);

 private:
  template <class Attempt>
  auto persist(Deadline deadline, Attempt attempt);

  TpmSession& session();
  [[nodiscard]] TpmSession another_session();
  [[nodiscard]] bool attach();
  [[nodiscard]] Held read_once();
  void finish_birth();
  [[nodiscard]] Outcome extend_once(const Digest& from, const Digest& by, bool again);
  void demand_exclusivity();
  void recover(const TpmFailure& failure) noexcept;
  void hang_up() noexcept;

  TpmPlace place_;
  pid_t process_;
  std::optional<TpmChip> chip_{};
  std::optional<TpmSession> session_{};
  std::optional<Digest> birth_{};  ///< of the index that the chip was asked for; none: not yet
  std::optional<Digest> known_{};  ///< what it holds, if nobody used the chip since
};

}  // namespace tidemark::counter
