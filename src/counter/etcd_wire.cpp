#include "counter/etcd_wire.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "counter/mark_text.h"
#include "counter/server_failure.h"
#include "crypto/base64.h"

namespace tidemark::counter {
namespace {

using Json = nlohmann::json;
using Outcome = ServerFailure::Outcome;

/// The codes of gRPC that tell something here.
enum class Status {
  invalid_argument = 3,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  unavailable = 14,
  unauthenticated = 16,
};

std::string encoded(std::string_view text) { return crypto::to_base64(bytes_of(text)); }

Json range_of(const std::string& key) { return {{"request_range", {{"key", encoded(key)}}}}; }

Json put(const std::string& key, const Mark& mark) {
  return {{"request_put", {{"key", encoded(key)}, {"value", encoded(to_text(mark))}}}};
}

Json is_missing(const std::string& key) {
  return {
      {"key", encoded(key)}, {"target", "CREATE"}, {"result", "EQUAL"}, {"create_revision", "0"}};
}

Json both(const EtcdKeys& keys) { return Json::array({range_of(keys.birth), range_of(keys.mark)}); }

/// A member of an object; null where there is none.
const Json& member(const Json& object, const char* name) {
  static const Json null;
  if (!object.is_object()) return null;
  const auto found = object.find(name);
  return found == object.end() ? null : *found;
}

std::string text_in(const Json& object, const char* name) {
  const Json& text = member(object, name);
  return text.is_string() ? text.get<std::string>() : "";
}

ServerFailure no_answer() {
  return {Outcome::unknown, "answers what no etcd server answers here",
          "see what is listening there, and name an etcd server"};
}

Json parsed(const HttpAnswer& answer) {
  Json json = Json::parse(answer.body, nullptr, false);
  if (!json.is_object()) throw no_answer();
  return json;
}

/// What certainly was not carried out, and may be in a moment, perhaps by another server.
bool is_passing(std::string_view words) {
  constexpr std::array passing{"etcdserver: no leader", "etcdserver: too many requests",
                               "etcdserver: not capable",
                               "etcdserver: rpc not supported for learner"};
  return std::ranges::find(passing, words) != passing.end();
}

bool is_refused(int code) {
  constexpr std::array refused{Status::invalid_argument, Status::permission_denied,
                               Status::resource_exhausted, Status::failed_precondition,
                               Status::unauthenticated};
  return std::ranges::find(refused, static_cast<Status>(code)) != refused.end();
}

std::string advice_for(std::string_view words) {
  const auto has = [&](std::string_view part) { return words.find(part) != std::string::npos; };
  if (has("user name is empty")) {
    return "name a user by ?user= and give the password in $TIDEMARK_ETCD_PASSWORD";
  }
  if (has("authentication failed")) {
    return "see to user= and $TIDEMARK_ETCD_PASSWORD, and to the user at the cluster";
  }
  if (has("authentication is not enabled")) return "leave out user=, or enable authentication";
  if (has("permission denied")) {
    return "grant the user's role readwrite on all keys with the counter's prefix and a slash";
  }
  if (has("space exceeded")) {
    return "compact and defragment the cluster, then disarm its alarm (etcdctl alarm disarm)";
  }
  return "see to it that a majority of the etcd cluster runs and takes writes, then try again";
}

/// What an answer that is no success says.
ServerFailure refusal(const HttpAnswer& answer) {
  if (answer.status == 400 && answer.body.starts_with("CommonName of client")) {
    return {Outcome::refused, "does not take the client's certificate, since it names a user (CN)",
            "make one without a CN, for example with -subj /O=saver: etcd's gateway knows users by "
            "their password only"};
  }
  const Json json = parsed(answer);
  const Json& code = member(json, "code");
  std::string words = text_in(json, "message");
  if (words.empty()) words = text_in(json, "error");
  if (!code.is_number_integer() || words.empty()) return no_answer();
  // All else, as a request that timed out in the cluster, may have been carried out.
  Outcome outcome = is_refused(code.get<int>()) ? Outcome::refused : Outcome::unknown;
  if (is_passing(words)) outcome = Outcome::passing;
  return {outcome, "says: " + printable(words), advice_for(words)};
}

bool is_token_refused(const HttpAnswer& answer) {
  return answer.body.find("invalid auth token") != std::string::npos ||
         answer.body.find("revision of auth store is old") != std::string::npos;
}

/// The mark that a range of one key holds; nothing where there is no such key.
std::optional<Mark> mark_in(const Json& response) {
  const Json& range = member(response, "response_range");
  if (!range.is_object()) throw no_answer();
  const Json& pairs = member(range, "kvs");
  if (pairs.is_null()) return std::nullopt;
  if (!pairs.is_array() || pairs.size() != 1) throw no_answer();
  const auto text = crypto::from_base64(text_in(pairs.front(), "value"));
  if (!text) throw no_answer();
  const auto mark = read_mark(*text);
  if (!mark) throw EtcdForeignContents{};
  return mark;
}

}  // namespace

EtcdKeys::EtcdKeys(const std::string& prefix, std::string_view name)
    : birth(prefix + "/birth/" + std::string(name)), mark(prefix + "/mark/" + std::string(name)) {}

std::string etcd_reading(const EtcdKeys& keys) { return Json{{"success", both(keys)}}.dump(); }

std::string etcd_advance(const EtcdKeys& keys, const std::optional<Mark>& from, const Mark& to) {
  Json compare;
  Json success;
  if (from) {
    compare.push_back({{"key", encoded(keys.mark)},
                       {"target", "VALUE"},
                       {"result", "EQUAL"},
                       {"value", encoded(to_text(from))}});
  } else {
    compare = Json::array({is_missing(keys.birth), is_missing(keys.mark)});
    success.push_back(put(keys.birth, to));
  }
  success.push_back(put(keys.mark, to));
  return Json{{"compare", compare}, {"success", success}, {"failure", both(keys)}}.dump();
}

crypto::SecretBuffer etcd_login(std::string_view user, Bytes password) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::string_view front = R"({"name":")";
  constexpr std::string_view middle = R"(","password":")";
  constexpr std::string_view end = R"("})";
  const std::string_view secret = text_of(password);
  const auto is_plain = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
  };
  std::size_t size = front.size() + middle.size() + end.size();
  for (const std::string_view text : {user, secret}) {
    for (const char c : text) size += is_plain(c) ? 1 : 6;
  }
  crypto::SecretBuffer buffer(size);
  auto into = buffer.mutable_bytes().begin();
  const auto add = [&](char c) { *into++ = static_cast<std::byte>(c); };
  const auto add_all = [&](std::string_view text) { std::ranges::for_each(text, add); };
  const auto add_escaped = [&](std::string_view text) {
    for (const char c : text) {
      if (is_plain(c)) {
        add(c);
        continue;
      }
      const auto byte = static_cast<unsigned char>(c);
      add_all("\\u00");
      add(digits[byte >> 4U]);
      add(digits[byte & 15U]);
    }
  };
  add_all(front);
  add_escaped(user);
  add_all(middle);
  add_escaped(secret);
  add_all(end);
  return buffer;
}

EtcdAnswer read_etcd_answer(const HttpAnswer& answer) {
  if (answer.status != 200) {
    if (is_token_refused(answer)) throw EtcdTokenRefused{};
    throw refusal(answer);
  }
  const Json json = parsed(answer);
  const Json& responses = member(json, "responses");
  if (!member(json, "header").is_object() || !responses.is_array()) throw no_answer();
  const bool put = !responses.empty() && member(responses.back(), "response_put").is_object();
  if (put && member(json, "succeeded") == true) return {.moved = true};
  if (responses.size() != 2) throw no_answer();
  const auto birth = mark_in(responses[0]);
  const auto mark = mark_in(responses[1]);
  if (birth.has_value() != mark.has_value()) throw EtcdForeignContents{};
  if (!mark) return {};
  return {.found = CounterReading{.birth = *birth, .mark = *mark}};
}

std::string read_etcd_token(const HttpAnswer& answer) {
  if (answer.status != 200) throw refusal(answer);
  const std::string token = text_in(parsed(answer), "token");
  const auto is_token_character = [](char c) { return c > 0x20 && c < 0x7f; };
  if (token.empty() || !std::ranges::all_of(token, is_token_character)) throw no_answer();
  return token;
}

}  // namespace tidemark::counter
