#include "counter/etcd_uri.h"

#include <tidemark/error.h>

#include <optional>
#include <string_view>

namespace tidemark::counter {
namespace {

constexpr std::size_t most_endpoints = 16;
constexpr std::size_t longest_text = 512;  // of prefix and user
constexpr std::uint16_t default_port = 2379;

std::vector<HostAndPort> read_endpoints(std::string_view text) {
  std::vector<HostAndPort> endpoints;
  for (std::optional<std::string_view> rest = text; rest;) {
    const auto [one, others] = split(*rest, ',');
    if (endpoints.size() == most_endpoints) throw WrongUri("there are more than 16 endpoints");
    endpoints.push_back(read_host_and_port(one, default_port));
    rest = others;
  }
  return endpoints;
}

std::string read_short_text(std::string_view text, const std::string& part) {
  if (text.size() > longest_text) throw WrongUri(part + " is too long");
  return decode_text(text, part);
}

EtcdAddress read_address(std::string_view text) {
  EtcdAddress address;
  if (!text.starts_with("//")) throw WrongUri("the two slashes behind the colon are missing");
  const auto [place, query] = split(text.substr(2), '?');
  const auto [endpoints, prefix] = split(place, '/');
  if (endpoints.find('@') != std::string_view::npos) {
    throw WrongUri("there is an @: name the user by ?user=");
  }
  address.endpoints = read_endpoints(endpoints);
  if (prefix && !prefix->empty()) address.prefix = read_short_text(*prefix, "the prefix");
  const auto settings = read_settings(query, {"ca", "cert", "key", "user", "timeout"});
  address.tls = read_tls_identity(settings);
  if (const auto user = settings.find("user"); user != settings.end()) {
    address.user = read_short_text(user->second, "the user");
    address.password = password_from_environment(etcd_password_variable);
  }
  if (const auto timeout = settings.find("timeout"); timeout != settings.end()) {
    address.timeout = read_timeout(timeout->second);
  }
  return address;
}

}  // namespace

std::string EtcdAddress::shown() const {
  std::string text = "etcd://";
  for (const HostAndPort& endpoint : endpoints) {
    text += (&endpoint == &endpoints.front() ? "" : ",") + endpoint.shown();
  }
  return text + "/" + prefix;
}

EtcdAddress read_etcd_uri(const Uri& uri) {
  try {
    return read_address(uri.rest);
  } catch (const WrongUri& wrong) {
    throw Error(Code::usage, std::string("in the URI of the etcd counter ") + wrong.what(),
                "write etcd://HOST[:PORT][,HOST[:PORT]...][/PREFIX][?ca=FILE&cert=FILE&key=FILE&"
                "user=NAME&timeout=DURATION], with %XX for what is special in a URI and the "
                "password in $TIDEMARK_ETCD_PASSWORD");
  }
}

}  // namespace tidemark::counter
