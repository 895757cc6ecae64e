#pragma once

#include <optional>

#include "base/bytes.h"
#include "counter/redis_uri.h"
#include "counter/retries.h"
#include "crypto/tls.h"
#include "io/descriptor.h"

namespace tidemark::counter {

/// A connection to a server, perhaps with TLS, with an end to every wait. What goes wrong is a
/// ServerFailure: `passing` until something was sent, then `unknown`. A peer that went away raises
/// no SIGPIPE.
class RedisSocket {
 public:
  RedisSocket(const RedisAddress& address, Deadline deadline);

  void send(Bytes bytes, Deadline deadline);

  /// At least one byte, at most as many as `into` has room for; returns how many.
  [[nodiscard]] std::size_t receive(MutableBytes into, Deadline deadline);

  /// Whether nothing came since the last answer: neither the end of the connection nor bytes that
  /// nobody asked for.
  [[nodiscard]] bool quiet() const;

 private:
  void begin_tls(const RedisAddress& address, Deadline deadline);
  void send_raw(Bytes bytes, Deadline deadline);
  [[nodiscard]] std::size_t receive_raw(MutableBytes into, Deadline deadline);
  void receive_for_tls(Deadline deadline);

  io::Descriptor descriptor_;
  std::optional<crypto::TlsConversation> tls_;
};

}  // namespace tidemark::counter
