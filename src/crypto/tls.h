#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "base/bytes.h"

namespace tidemark::crypto {

/// What went wrong with a conversation, in OpenSSL's words.
struct TlsError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Files in PEM.
struct TlsIdentity {
  std::string ca{};           ///< whom to trust; empty: whom the system trusts
  std::string certificate{};  ///< the client's, with its chain; empty: none
  std::string key{};          ///< of the certificate; empty: it is in the same file
};

/// The client's side of a TLS conversation (1.2 or later), between bytes to keep secret and bytes
/// on the wire; who calls it moves the latter. The server must have a certificate for the host from
/// somebody who is trusted. Every call may throw TlsError, after which it is of no more use.
class TlsConversation {
 public:
  /// `host`: a name or an address.
  TlsConversation(const TlsIdentity& identity, const std::string& host);
  TlsConversation(TlsConversation&&) noexcept;
  TlsConversation& operator=(TlsConversation&&) noexcept;
  ~TlsConversation();

  /// Goes on with the beginning. True once it is over; else what there is to send must be sent, and
  /// more be received.
  [[nodiscard]] bool shake_hands();

  /// After the beginning: hides `plain`, which is then to be sent.
  void hide(Bytes plain);

  /// After the beginning: as much as there is of what was received, or 0 if more is needed first.
  [[nodiscard]] std::size_t reveal(MutableBytes into);

  /// What is to be sent, once.
  [[nodiscard]] Buffer take_outgoing();

  /// Takes what was received.
  void give_incoming(Bytes bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidemark::crypto
