#include "counter/redis_connection.h"

#include <algorithm>
#include <array>
#include <string>

#include "counter/server_failure.h"

namespace tidemark::counter {
namespace {

using Outcome = ServerFailure::Outcome;

/// An error's first word, which says of what kind it is.
std::string_view kind_of(std::string_view error) { return error.substr(0, error.find(' ')); }

/// The server will do it in a moment: it loads its data, waits for a script or for its primary.
bool is_passing(std::string_view kind) {
  constexpr std::array passing{"LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN"};
  return std::ranges::find(passing, kind) != passing.end();
}

std::string advice_for(std::string_view kind) {
  if (kind == "NOAUTH") {
    return "give user and password: ?user=NAME (default, where there is none) and the password in "
           "$TIDEMARK_REDIS_PASSWORD";
  }
  if (kind == "NOPERM") {
    return "let its user run EVAL, TYPE, HMGET, HSET and PERSIST on the keys tidemark:*";
  }
  if (kind == "READONLY") return "name the primary server, not a replica";
  if (kind == "MOVED" || kind == "ASK") return "name the server of the cluster that has the key";
  return "see to it that the server takes writes, then try again";
}

ServerFailure refusal(std::string_view error) {
  const std::string_view kind = kind_of(error);
  return {is_passing(kind) ? Outcome::passing : Outcome::refused, "says: " + printable(error),
          advice_for(kind)};
}

}  // namespace

RedisConnection::RedisConnection(const RedisAddress& address, Deadline deadline)
    : socket_(address, deadline) {
  try {
    enter(address, deadline);
  } catch (const ServerFailure& failure) {
    if (failure.outcome() != Outcome::unknown) throw;
    throw ServerFailure(Outcome::passing, failure.what(), failure.advice());
  }
}

/// A server that does not take this client's certificate ends the conversation only now.
void RedisConnection::see_whether_welcome(Deadline deadline) {
  try {
    (void)exchange({"PING"}, deadline);
  } catch (const ServerFailure& failure) {
    throw ServerFailure(Outcome::passing, failure.what(),
                        "see to the certificate that cert= and key= name: the server may not take "
                        "it, or want one");
  }
}

void RedisConnection::enter(const RedisAddress& address, Deadline deadline) {
  if (address.tls) see_whether_welcome(deadline);
  if (address.password) {
    std::vector<std::string_view> words{"AUTH"};
    if (!address.user.empty()) words.emplace_back(address.user);
    words.emplace_back(text_of(address.password->bytes()));
    const RedisReply reply = exchange(words, deadline);
    if (reply.kind == RedisReply::Kind::error) {
      // A server that does not know the command repeats its arguments: no more than the first word.
      const std::string_view kind = kind_of(reply.text);
      throw ServerFailure(is_passing(kind) ? Outcome::passing : Outcome::refused,
                          "does not accept the user and the password (" + printable(kind) + ")",
                          "see to user and password, in the URI and at the server");
    }
  }
  if (address.database != 0) select(address.database, deadline);
}

void RedisConnection::select(int database, Deadline deadline) {
  const std::string number = std::to_string(database);
  const RedisReply reply = exchange({"SELECT", number}, deadline);
  if (reply.kind != RedisReply::Kind::error) return;
  if (reply.text.find("DB index") == std::string::npos) throw refusal(reply.text);
  throw ServerFailure(Outcome::refused, "has no database " + number,
                      "name one below the server's setting `databases`, most often 16");
}

RedisReply RedisConnection::ask(const std::vector<std::string_view>& words, Deadline deadline) {
  RedisReply reply = exchange(words, deadline);
  if (reply.kind == RedisReply::Kind::error) throw refusal(reply.text);
  return reply;
}

RedisReply RedisConnection::exchange(const std::vector<std::string_view>& words,
                                     Deadline deadline) {
  socket_.send(RedisRequest(words).bytes(), deadline);
  while (true) {
    if (auto reply = reader_.next()) return *std::move(reply);
    std::array<std::byte, 4096> room{};
    const std::size_t size = socket_.receive(room, deadline);
    reader_.feed(Bytes(room).first(size));
  }
}

}  // namespace tidemark::counter
