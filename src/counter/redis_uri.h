#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/uri.h"
#include "counter/server_uri.h"

namespace tidemark::counter {

/// The environment variable that holds the password of the user that user= names.
inline constexpr const char* redis_password_variable = "TIDEMARK_REDIS_PASSWORD";

/// Where a Redis server is, and how to be let in.
struct RedisAddress {
  HostAndPort server{};  ///< without a host where there is a socket
  std::string socket{};  ///< absolute path of a Unix socket; empty where there is a host
  int database = 0;
  std::string user{};                        ///< empty: the server's default user
  Password password{};                       ///< null: none
  std::optional<crypto::TlsIdentity> tls{};  ///< nothing: no TLS
  bool durable = false;  ///< whether it is refused if it may lose what it acknowledged
  std::chrono::milliseconds timeout{5000};  ///< for one call, retries included

  /// As a URI, without user and password.
  [[nodiscard]] std::string shown() const;
};

/// Reads `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE][?SETTING=VALUE&...]`, the same with
/// `rediss:` for TLS, and `redis+unix:PATH[?SETTING=VALUE&...]`, with %XX for what is special in a
/// URI. The settings are user, timeout and durable, for `rediss:` also ca, cert and key. Throws
/// Error (`usage`) for anything else, without a word of it: any part may be a password.
[[nodiscard]] RedisAddress read_redis_uri(const Uri& uri);

}  // namespace tidemark::counter
