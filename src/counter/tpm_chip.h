#pragma once

#include <sys/types.h>
#include <tidemark/counter.h>
#include <tss2/tss2_esys.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "crypto/secret.h"

/// A TPM's commands, as far as a counter needs them, through tpm2-tss.
namespace tidemark::counter {

/// A session of the chip that nobody but the two ends of it can speak in: its salt went to the chip
/// encrypted, to a key that only the right chip has. Closed when it is destroyed.
class TpmSession {
 public:
  TpmSession(ESYS_CONTEXT& esys, ESYS_TR handle) noexcept : esys_(&esys), handle_(handle) {}
  TpmSession(TpmSession&& other) noexcept;
  TpmSession& operator=(TpmSession&& other) noexcept;
  ~TpmSession();

  /// For the next command.
  [[nodiscard]] ESYS_TR with(TPMA_SESSION attributes);

  /// Whether the last answer, which was authentic, said that no other command came in between.
  [[nodiscard]] bool exclusive() const;

  /// The other end knows nothing of it any more.
  void forget() noexcept { handle_ = ESYS_TR_NONE; }

 private:
  ESYS_CONTEXT* esys_;
  ESYS_TR handle_;
};

/// What the chip says of an index that `define` made.
struct TpmIndexPublic {
  Digest policy{};       ///< what `define` was given
  bool written = false;  ///< extended at least once
};

/// Closes the way to the chip; but not what a forked process has a copy of, since it is its
/// parent's.
struct TpmClosing {
  pid_t process = ::getpid();
  void operator()(TSS2_TCTI_CONTEXT* tcti) const;
  void operator()(ESYS_CONTEXT* esys) const;
};

/// The way to one chip. Throws TpmFailure from everything.
class TpmChip {
 public:
  /// Throws ServerFailure, with words, where there is no way.
  explicit TpmChip(const std::string& tcti);
  ~TpmChip();
  TpmChip(const TpmChip&) = delete;
  TpmChip& operator=(const TpmChip&) = delete;

  /// The name of the key that every chip has one of, and no other chip: the endorsement key, of
  /// the curve NIST P-256, made from the template that its manufacturer certifies.
  [[nodiscard]] Digest endorsement();

  /// A session salted to the chip of this endorsement key; nothing if this is another chip.
  [[nodiscard]] std::optional<TpmSession> start_session(const Digest& endorsement);

  /// Finds an index that is there; nobody vouches for the answer. From here on commands name it as
  /// it is said to be now: the chip refuses them if it is not. Says so if there is none.
  [[nodiscard]] bool find(std::uint32_t index, const crypto::Secret32& authorization);

  /// What the chip itself says of it; nothing if it is of another kind than `define` makes.
  [[nodiscard]] std::optional<TpmIndexPublic> read_public(TpmSession& session,
                                                          TPMA_SESSION attributes);

  /// Defines an index of the extend type that shows `policy`, which is of no other use.
  void define(TpmSession& session, std::uint32_t index, const Digest& policy,
              const crypto::Secret32& authorization);
  void undefine(TpmSession& session);

  [[nodiscard]] Digest read(TpmSession& session, TPMA_SESSION attributes);
  void extend(TpmSession& session, TPMA_SESSION attributes, const Digest& by);

 private:
  class Key;

  [[nodiscard]] Key make_endorsement_key();
  void close_index() noexcept;

  std::unique_ptr<TSS2_TCTI_CONTEXT, TpmClosing> tcti_;
  std::unique_ptr<ESYS_CONTEXT, TpmClosing> esys_;
  ESYS_TR index_ = ESYS_TR_NONE;
};

}  // namespace tidemark::counter
