#pragma once

#include <chrono>
#include <string>

#include "base/uri.h"
#include "counter/server_uri.h"

namespace tidemark::counter {

/// Where a Redis server is, and how to be let in.
struct RedisAddress {
  HostAndPort server{};  ///< without a host where there is a socket
  std::string socket{};  ///< absolute path of a Unix socket; empty where there is a host
  int database = 0;
  std::string user{};                       ///< empty: the server's default user
  Password password{};                      ///< null: none
  std::chrono::milliseconds timeout{5000};  ///< for one call, retries included

  /// As a URI, without user and password.
  [[nodiscard]] std::string shown() const;
};

/// Reads `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE][?timeout=DURATION]`, user and password
/// with %XX for what is special in a URI, and `redis+unix:PATH[?timeout=DURATION]`, the path too.
/// Throws Error (`usage`) for anything else, without a word of it: any part may be a password.
[[nodiscard]] RedisAddress read_redis_uri(const Uri& uri);

}  // namespace tidemark::counter
