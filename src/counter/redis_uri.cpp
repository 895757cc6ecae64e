#include "counter/redis_uri.h"

#include <sys/un.h>
#include <tidemark/error.h>

#include <limits>
#include <map>
#include <optional>
#include <string_view>

namespace tidemark::counter {
namespace {

constexpr std::size_t longest_part = 512;  // of user and password
constexpr std::uint16_t default_port = 6379;

void read_credentials(std::string_view text, RedisAddress& address) {
  const auto [user, password] = split(text, ':');
  if (!password || password->empty()) throw WrongUri("there is an @, but no password before it");
  if (user.size() > longest_part || password->size() > longest_part) {
    throw WrongUri("user or password is too long");
  }
  address.user = decode_text(user, "the user");
  address.password = decode_password(*password);
}

using Settings = std::map<std::string_view, std::string_view>;

/// What stands behind the question mark whatever the kind of the URI.
void read_common(const Settings& settings, RedisAddress& address) {
  for (const auto& [name, value] : settings) {
    if (name == "timeout") address.timeout = read_timeout(value);
    if (name == "durable") {
      if (value != "require") throw WrongUri("durable= is followed by something else than require");
      address.durable = true;
    }
    if (name == "user") {
      if (address.password) throw WrongUri("there is a password, and a user= too");
      if (value.size() > longest_part) throw WrongUri("the user is too long");
      address.user = decode_text(value, "user=");
      address.password = password_from_environment(redis_password_variable);
    }
  }
}

RedisAddress read_network_address(std::string_view text, bool with_tls) {
  RedisAddress address;
  if (!text.starts_with("//")) throw WrongUri("the two slashes behind the colon are missing");
  const auto [place, query] = split(text.substr(2), '?');
  const auto [authority, database] = split(place, '/');
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos) read_credentials(authority.substr(0, at), address);
  address.server =
      read_host_and_port(authority.substr(at == std::string_view::npos ? 0 : at + 1), default_port);
  if (database && !database->empty()) {
    const auto value = read_number(*database, 0, std::numeric_limits<int>::max());
    if (!value) throw WrongUri("the database is not a number");
    address.database = *value;
  }
  const auto settings =
      with_tls ? read_settings(query, {"user", "timeout", "durable", "ca", "cert", "key"})
               : read_settings(query, {"user", "timeout", "durable"});
  if (with_tls) address.tls = read_tls_identity(settings).value_or(crypto::TlsIdentity{});
  read_common(settings, address);
  return address;
}

RedisAddress read_socket_address(std::string_view text) {
  RedisAddress address;
  const auto [path, query] = split(text, '?');
  read_common(read_settings(query, {"user", "timeout", "durable"}), address);
  if (path.empty()) throw WrongUri("the path of the socket is missing");
  address.socket = absolute_path(decode_text(path, "the path"));
  if (address.socket.size() >= sizeof(sockaddr_un::sun_path)) {
    throw WrongUri("the path is longer than a socket's can be");
  }
  return address;
}

}  // namespace

std::string RedisAddress::shown() const {
  if (!socket.empty()) return "redis+unix:" + socket;
  return (tls ? "rediss://" : "redis://") + server.shown() +
         (database == 0 ? "" : "/" + std::to_string(database));
}

RedisAddress read_redis_uri(const Uri& uri) {
  try {
    if (uri.scheme == "redis+unix") return read_socket_address(uri.rest);
    return read_network_address(uri.rest, uri.scheme == "rediss");
  } catch (const WrongUri& wrong) {
    throw Error(Code::usage, std::string("in the URI of the Redis counter ") + wrong.what(),
                "write redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE][?timeout=DURATION&"
                "durable=require&user=NAME], the same with rediss: and [&ca=FILE&cert=FILE&"
                "key=FILE] for TLS, or redis+unix:PATH[?...], with %XX for what is special in a "
                "URI; the password of user= is in $TIDEMARK_REDIS_PASSWORD");
  }
}

}  // namespace tidemark::counter
