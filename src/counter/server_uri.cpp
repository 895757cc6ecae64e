#include "counter/server_uri.h"

#include <tidemark/error.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <system_error>
#include <tuple>

#include "base/bytes.h"

namespace tidemark::counter {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_timeout = 10s;

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

/// The host, and the port if there is one.
std::pair<std::string_view, std::optional<std::string_view>> split_host(std::string_view text) {
  if (!text.starts_with('[')) {
    const auto parts = split(text, ':');
    if (!is_host(parts.first)) throw WrongUri("the host is missing, or is not the name of one");
    return parts;
  }
  const auto end = text.find(']');
  const std::string_view host = text.substr(1, end == std::string_view::npos ? end : end - 1);
  const std::string_view rest = end == std::string_view::npos ? "" : text.substr(end + 1);
  if (end == std::string_view::npos || !is_bracketed_address(host) ||
      (!rest.empty() && rest.front() != ':')) {
    throw WrongUri("the address in brackets is not one");
  }
  if (rest.empty()) return {host, std::nullopt};
  return {host, rest.substr(1)};
}

/// Absolute, "" where there is no such setting.
std::string read_file_name(const std::map<std::string_view, std::string_view>& settings,
                           const std::string& name) {
  const auto found = settings.find(name);
  if (found == settings.end()) return "";
  const std::string path = absolute_path(decode_text(found->second, name + "="));
  if (::access(path.c_str(), R_OK) != 0) {
    throw WrongUri("the file that " + name +
                   "= names cannot be read: " + std::generic_category().message(errno));
  }
  return path;
}

}  // namespace

std::pair<std::string_view, std::optional<std::string_view>> split(std::string_view text,
                                                                   char mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return {text, std::nullopt};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::optional<int> read_number(std::string_view text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  if (error != std::errc() || end != text.end() || text.front() == '-' || value < least ||
      value > most) {
    return std::nullopt;
  }
  return value;
}

std::string decode_text(std::string_view text, const std::string& part) {
  std::string plain(text.size(), '\0');
  const auto size = decode(text, std::as_writable_bytes(std::span(plain)));
  if (!size) throw WrongUri(part + " has a % without two hexadecimal digits");
  plain.resize(*size);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(plain, is_control)) throw WrongUri(part + " has a control character");
  return plain;
}

Password decode_password(std::string_view text) {
  crypto::SecretBuffer room(text.size());
  const auto size = decode(text, room.mutable_bytes());
  if (!size) throw WrongUri("the password has a % without two hexadecimal digits");
  auto password = std::make_shared<crypto::SecretBuffer>(*size);
  std::ranges::copy(room.bytes().first(*size), password->mutable_bytes().begin());
  return password;
}

Password password_from_environment(const char* variable) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment
  const char* const value = std::getenv(variable);
  const std::string_view text = value == nullptr ? "" : value;
  if (text.empty()) {
    throw WrongUri(std::string("there is a user=, but no password in the environment variable ") +
                   variable);
  }
  auto password = std::make_shared<crypto::SecretBuffer>(text.size());
  std::ranges::copy(bytes_of(text), password->mutable_bytes().begin());
  return password;
}

std::string HostAndPort::shown() const {
  const bool bracketed = host.find(':') != std::string::npos;
  return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

HostAndPort read_host_and_port(std::string_view text, std::uint16_t default_port) {
  const auto [host, port] = split_host(text);
  HostAndPort place{std::string(host), default_port};
  if (!port) return place;
  const auto value = read_number(*port, 1, 65535);
  if (!value) throw WrongUri("the port is not a number from 1 to 65535");
  place.port = static_cast<std::uint16_t>(*value);
  return place;
}

std::map<std::string_view, std::string_view> read_settings(
    std::optional<std::string_view> query, std::initializer_list<std::string_view> known) {
  std::map<std::string_view, std::string_view> settings;
  while (query) {
    std::string_view setting;
    std::tie(setting, query) = split(*query, '&');
    const auto [name, value] = split(setting, '=');
    if (std::ranges::find(known, name) == known.end() || !value || value->empty()) {
      std::string names;
      for (const std::string_view one : known) {
        names += (names.empty() ? "" : ", ") + std::string(one) + "=";
      }
      throw WrongUri("there is something else behind the ? than " + names);
    }
    if (!settings.emplace(name, *value).second) {
      throw WrongUri("there is more than one " + std::string(name) + "=");
    }
  }
  return settings;
}

std::chrono::milliseconds read_timeout(std::string_view text) {
  const bool in_ms = text.ends_with("ms");
  const bool in_s = !in_ms && text.ends_with('s');
  constexpr int most_ms = std::chrono::milliseconds(longest_timeout).count();
  const auto count = read_number(text.substr(0, text.size() - (in_ms ? 2 : 1)), 1, most_ms);
  if ((!in_ms && !in_s) || !count || (in_s && *count * 1s > longest_timeout)) {
    throw WrongUri("timeout is not a positive whole number and ms or s, of at most 10s");
  }
  return in_ms ? *count * 1ms : *count * 1s;
}

std::optional<crypto::TlsIdentity> read_tls_identity(
    const std::map<std::string_view, std::string_view>& settings) {
  crypto::TlsIdentity identity{.ca = read_file_name(settings, "ca"),
                               .certificate = read_file_name(settings, "cert"),
                               .key = read_file_name(settings, "key")};
  if (!identity.key.empty() && identity.certificate.empty()) {
    throw WrongUri("there is a key= but no cert=");
  }
  if (identity.ca.empty() && identity.certificate.empty()) return std::nullopt;
  return identity;
}

std::string absolute_path(const std::filesystem::path& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  if (error) {
    throw Error(Code::failed, "cannot tell the working directory: " + error.message(),
                "name the files of the counter by absolute paths");
  }
  std::filesystem::path plain;
  for (const auto& part : absolute) {
    if (part != ".") plain /= part;
  }
  return plain.string();
}

}  // namespace tidemark::counter
