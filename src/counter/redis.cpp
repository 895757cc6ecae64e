#include "counter/redis.h"

#include <tidemark/error.h>

#include <utility>

#include "counter/mark_text.h"
#include "counter/name.h"
#include "counter/redis_durability.h"
#include "counter/retries.h"

namespace tidemark::counter {
namespace {

using Clock = std::chrono::steady_clock;
using Outcome = ServerFailure::Outcome;

}  // namespace

std::optional<CounterReading> RedisCounter::read(std::string_view name) {
  return run_script(name, {}).found;
}

std::optional<Conflict> RedisCounter::advance(std::string_view name,
                                              const std::optional<Mark>& from, const Mark& to) {
  const ScriptAnswer answer = run_script(name, {to_text(from), to_text(to)});
  if (answer.moved) return std::nullopt;
  return Conflict{answer.found};
}

/// `marks`: none to read, else from which and to which.
ScriptAnswer RedisCounter::run_script(std::string_view name,
                                      const std::vector<std::string>& marks) {
  check_name(name);
  const std::string key = redis_key(name);
  std::vector<std::string_view> words{"EVAL", redis_script, "1", key};
  words.insert(words.end(), marks.begin(), marks.end());
  const Deadline deadline = Clock::now() + address_.timeout;
  const auto attempt = [&] {
    RedisConnection connection = take_connection(deadline);
    RedisReply reply = connection.ask(words, deadline);
    idle_.keep(std::move(connection));
    return reply;
  };
  const auto repeatable = marks.empty() ? Repeatable::yes : Repeatable::no;
  try {
    if (auto answer = read_answer(with_retries(deadline, repeatable, attempt))) return *answer;
  } catch (const ServerFailure& failure) {
    throw Error(Code::counter_unavailable, "counter " + uri() + " " + failure.what(),
                failure.advice());
  }
  throw Error(
      Code::counter_unavailable,
      "counter " + uri() + " holds something that is no counter, under the lineage's key",
      "put back that key as it was after the last checkpoint, or, if there is no such copy, "
      "delete it and start the lineage over");
}

RedisConnection RedisCounter::take_connection(Deadline deadline) {
  if (auto idle = idle_.take()) return std::move(*idle);
  RedisConnection connection(address_, deadline);
  if (address_.durable) require_durability(connection, deadline);
  return connection;
}

void RedisCounter::require_durability(RedisConnection& connection, Deadline deadline) {
  std::string flaws;
  try {
    flaws = find_flaws(connection, deadline);
  } catch (const ServerFailure& failure) {  // no request of the caller was sent yet
    const bool refused = failure.outcome() == Outcome::refused;
    throw ServerFailure(refused ? Outcome::refused : Outcome::passing,
                        std::string("does not tell whether it may lose in a crash what it "
                                    "acknowledged: it ") +
                            failure.what(),
                        "let its user run CONFIG GET, or leave out durable=require");
  }
  if (flaws.empty()) return;
  throw ServerFailure(Outcome::refused, "may lose in a crash what it acknowledged: " + flaws,
                      "change those settings of the server, or leave out durable=require");
}

std::vector<std::string> RedisCounter::warnings() {
  if (address_.durable) return {};  // it is an error of every call
  try {
    const Deadline deadline = Clock::now() + address_.timeout;
    RedisConnection connection = take_connection(deadline);
    const std::string flaws = find_flaws(connection, deadline);
    idle_.keep(std::move(connection));
    if (flaws.empty()) return {};
    return {"counter " + uri() + " may lose in a crash what it acknowledged: " + flaws};
  } catch (const ServerFailure& failure) {
    return {"counter " + uri() +
            ": whether it may lose in a crash what it acknowledged could not be " + "checked, it " +
            failure.what()};
  }
}

std::string RedisCounter::find_flaws(RedisConnection& connection, Deadline deadline) {
  std::string flaws;
  for (const std::string_view setting : redis_durability_settings) {
    const RedisReply reply = connection.ask({"CONFIG", "GET", setting}, deadline);
    const auto flaw =
        redis_durability_flaw(setting, reply.list.size() == 2 ? reply.list[1].text : "");
    if (flaw) flaws += (flaws.empty() ? "" : ", ") + *flaw;
  }
  return flaws;
}

}  // namespace tidemark::counter
