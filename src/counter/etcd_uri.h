#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/uri.h"
#include "counter/server_uri.h"

namespace tidemark::counter {

/// The environment variable that holds the password of the user that an `etcd:` URI names.
inline constexpr const char* etcd_password_variable = "TIDEMARK_ETCD_PASSWORD";

/// Where an etcd cluster is, and how to be let in.
struct EtcdAddress {
  std::vector<HostAndPort> endpoints{};
  std::string prefix = "tidemark";           ///< of all keys, without the slash behind it
  std::optional<crypto::TlsIdentity> tls{};  ///< nothing: no TLS
  std::string user{};                        ///< empty: none
  Password password{};                       ///< null: none
  std::chrono::milliseconds timeout{5000};   ///< for one call, retries included

  /// As a URI, without what is behind the question mark.
  [[nodiscard]] std::string shown() const;
};

/// Reads `etcd://HOST[:PORT][,HOST[:PORT]...][/PREFIX][?SETTING=VALUE&...]`, the settings being ca,
/// cert, key, user and timeout, with %XX for what is special in a URI. Throws Error (`usage`) for
/// anything else, without a word of it.
[[nodiscard]] EtcdAddress read_etcd_uri(const Uri& uri);

}  // namespace tidemark::counter
