#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/secret.h"
#include "crypto/tls.h"

/// What the URIs of all counters that are servers have in common.
namespace tidemark::counter {

/// What is wrong with a URI, without a word of it: any part may be a password.
struct WrongUri : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Password = std::shared_ptr<const crypto::SecretBuffer>;

/// The text before the first `mark` and the one after it; nothing for the second without a mark.
[[nodiscard]] std::pair<std::string_view, std::optional<std::string_view>> split(
    std::string_view text, char mark);

/// Nothing unless all of `text` is a number from `least` to `most`, without a sign.
[[nodiscard]] std::optional<int> read_number(std::string_view text, int least, int most);

/// Without percent signs. For what is shown and handed to the system: no control characters,
/// however they were written. `part` names it in what is thrown: WrongUri.
[[nodiscard]] std::string decode_text(std::string_view text, const std::string& part);

/// Without percent signs, whatever its bytes.
[[nodiscard]] Password decode_password(std::string_view text);

/// That of an environment variable, as it is there. WrongUri where it is not set, or empty.
[[nodiscard]] Password password_from_environment(const char* variable);

struct HostAndPort {
  std::string host{};  ///< a name or an address, without brackets
  std::uint16_t port = 0;

  /// As in a URI.
  [[nodiscard]] std::string shown() const;
};

/// Reads HOST[:PORT], an IPv6 address in brackets.
[[nodiscard]] HostAndPort read_host_and_port(std::string_view text, std::uint16_t default_port);

/// Reads what is behind the question mark: NAME=VALUE with & in between, each of the `known` names
/// at most once.
[[nodiscard]] std::map<std::string_view, std::string_view> read_settings(
    std::optional<std::string_view> query, std::initializer_list<std::string_view> known);

/// Reads a positive whole number and ms or s, of at most what <tidemark/counter.h> promises of
/// every call.
[[nodiscard]] std::chrono::milliseconds read_timeout(std::string_view text);

/// Reads ca=, cert= and key=; nothing if there is none of them. The files must be there.
[[nodiscard]] std::optional<crypto::TlsIdentity> read_tls_identity(
    const std::map<std::string_view, std::string_view>& settings);

/// Absolute, without `.`. Throws Error (`failed`) where there is no working directory.
[[nodiscard]] std::string absolute_path(const std::filesystem::path& path);

}  // namespace tidemark::counter
