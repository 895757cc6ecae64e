#include "counter/redis_uri.h"

#include <sys/un.h>
#include <tidemark/error.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/bytes.h"

namespace tidemark::counter {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_part = 512;  // of user and password
constexpr auto longest_timeout = 10s;      // what <tidemark/counter.h> promises of every call

[[noreturn]] void refuse(const std::string& what) {
  throw Error(Code::usage, "in the URI of the Redis counter " + what,
              "write redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE][?timeout=DURATION] or "
              "redis+unix:PATH[?timeout=DURATION], with %XX for what is special in a URI");
}

/// The text before the first `mark` and the one after it; nothing for the second without a mark.
std::pair<std::string_view, std::optional<std::string_view>> split(std::string_view text,
                                                                   char mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return {text, std::nullopt};
  return {text.substr(0, at), text.substr(at + 1)};
}

/// Nothing unless all of `text` is a number from `least` to `most`, without a sign.
std::optional<int> number(std::string_view text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  if (error != std::errc() || end != text.end() || text.front() == '-' || value < least ||
      value > most) {
    return std::nullopt;
  }
  return value;
}

/// Writes `text` without its percent signs to `into`, which has room for all of `text`, and returns
/// how much it was; nothing where a percent sign has no two digits behind it.
std::optional<std::size_t> decode(std::string_view text, MutableBytes into) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      into[size++] = static_cast<std::byte>(text[i]);
      continue;
    }
    const auto byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    into[size++] = byte->front();
    i += 2;
  }
  return size;
}

/// For what is shown and handed to the system: no control characters, however they were written.
std::string decode_text(std::string_view text, const std::string& part) {
  std::string plain(text.size(), '\0');
  const auto size = decode(text, std::as_writable_bytes(std::span(plain)));
  if (!size) refuse(part + " has a % without two hexadecimal digits");
  plain.resize(*size);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(plain, is_control)) refuse(part + " has a control character");
  return plain;
}

std::shared_ptr<const crypto::SecretBuffer> decode_password(std::string_view text) {
  crypto::SecretBuffer room(text.size());
  const auto size = decode(text, room.mutable_bytes());
  if (!size) refuse("the password has a % without two hexadecimal digits");
  auto password = std::make_shared<crypto::SecretBuffer>(*size);
  std::ranges::copy(room.bytes().first(*size), password->mutable_bytes().begin());
  return password;
}

void read_credentials(std::string_view text, RedisAddress& address) {
  const auto [user, password] = split(text, ':');
  if (!password || password->empty()) refuse("there is an @, but no password before it");
  if (user.size() > longest_part || password->size() > longest_part) {
    refuse("user or password is too long");
  }
  address.user = decode_text(user, "the user");
  address.password = decode_password(*password);
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

bool is_host(std::string_view text) {
  constexpr std::size_t longest = 253;
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, is_host_character);
}

bool is_bracketed_address(std::string_view text) {
  constexpr std::size_t longest = 64;
  return text.size() > 2 && text.size() <= longest &&
         std::ranges::all_of(text, [](char c) { return c == ':' || is_host_character(c); });
}

void read_host_and_port(std::string_view text, RedisAddress& address) {
  std::string_view host = text;
  std::optional<std::string_view> port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    host = text.substr(1, end == std::string_view::npos ? end : end - 1);
    const std::string_view rest = end == std::string_view::npos ? "" : text.substr(end + 1);
    if (end == std::string_view::npos || !is_bracketed_address(host) ||
        (!rest.empty() && rest.front() != ':')) {
      refuse("the address in brackets is not one");
    }
    if (!rest.empty()) port = rest.substr(1);
  } else {
    std::tie(host, port) = split(text, ':');
    if (!is_host(host)) refuse("the host is missing, or is not the name of one");
  }
  address.host = host;
  if (!port) return;
  const auto value = number(*port, 1, 65535);
  if (!value) refuse("the port is not a number from 1 to 65535");
  address.port = static_cast<std::uint16_t>(*value);
}

std::chrono::milliseconds read_timeout(std::string_view text) {
  const bool in_ms = text.ends_with("ms");
  const bool in_s = !in_ms && text.ends_with('s');
  constexpr int most_ms = std::chrono::milliseconds(longest_timeout).count();
  const auto count = number(text.substr(0, text.size() - (in_ms ? 2 : 1)), 1, most_ms);
  if ((!in_ms && !in_s) || !count || (in_s && *count * 1s > longest_timeout)) {
    refuse("timeout is not a positive whole number and ms or s, of at most 10s");
  }
  return in_ms ? *count * 1ms : *count * 1s;
}

/// There is one thing to say behind the question mark.
void read_query(std::optional<std::string_view> query, RedisAddress& address) {
  if (!query) return;
  const auto [name, value] = split(*query, '=');
  if (name != "timeout" || !value) refuse("there is something else than timeout= behind the ?");
  address.timeout = read_timeout(*value);
}

RedisAddress read_network_address(std::string_view text) {
  RedisAddress address;
  if (!text.starts_with("//")) refuse("the two slashes behind the colon are missing");
  const auto [place, query] = split(text.substr(2), '?');
  read_query(query, address);
  const auto [authority, database] = split(place, '/');
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos) read_credentials(authority.substr(0, at), address);
  read_host_and_port(authority.substr(at == std::string_view::npos ? 0 : at + 1), address);
  if (database && !database->empty()) {
    const auto value = number(*database, 0, std::numeric_limits<int>::max());
    if (!value) refuse("the database is not a number");
    address.database = *value;
  }
  return address;
}

std::string absolute_socket(const std::filesystem::path& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  if (error) {
    throw Error(Code::failed, "cannot tell the working directory: " + error.message(),
                "name the Redis server's socket by an absolute path");
  }
  std::filesystem::path plain;
  for (const auto& part : absolute) {
    if (part != ".") plain /= part;
  }
  return plain.string();
}

RedisAddress read_socket_address(std::string_view text) {
  RedisAddress address;
  const auto [path, query] = split(text, '?');
  read_query(query, address);
  if (path.empty()) refuse("the path of the socket is missing");
  address.socket = absolute_socket(decode_text(path, "the path"));
  if (address.socket.size() >= sizeof(sockaddr_un::sun_path)) {
    refuse("the path is longer than a socket's can be");
  }
  return address;
}

}  // namespace

std::string RedisAddress::shown() const {
  if (!socket.empty()) return "redis+unix:" + socket;
  const bool bracketed = host.find(':') != std::string::npos;
  return "redis://" + (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port) +
         (database == 0 ? "" : "/" + std::to_string(database));
}

RedisAddress read_redis_uri(const Uri& uri) {
  return uri.scheme == "redis" ? read_network_address(uri.rest) : read_socket_address(uri.rest);
}

}  // namespace tidemark::counter
