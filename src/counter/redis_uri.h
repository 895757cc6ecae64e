#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/uri.h"
#include "crypto/secret.h"

namespace tidemark::counter {

/// Where a Redis server is, and how to be let in.
struct RedisAddress {
  std::string host{};  ///< a name or an address, without brackets; empty where there is a socket
  std::uint16_t port = 6379;
  std::string socket{};  ///< absolute path of a Unix socket; empty where there is a host
  int database = 0;
  std::string user{};                                      ///< empty: the server's default user
  std::shared_ptr<const crypto::SecretBuffer> password{};  ///< null: none
  std::chrono::milliseconds timeout{5000};                 ///< for one call, retries included

  /// As a URI, without user and password.
  [[nodiscard]] std::string shown() const;
};

/// Reads `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE][?timeout=DURATION]`, user and password
/// with %XX for what is special in a URI, and `redis+unix:PATH[?timeout=DURATION]`, the path too.
/// Throws Error (`usage`) for anything else, without a word of it: any part may be a password.
[[nodiscard]] RedisAddress read_redis_uri(const Uri& uri);

}  // namespace tidemark::counter
