#include "counter/redis.h"

#include <tidemark/error.h>

#include <thread>
#include <utility>

#include "counter/name.h"
#include "counter/redis_durability.h"
#include "counter/redis_failure.h"

namespace tidemark::counter {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Outcome = RedisFailure::Outcome;

constexpr int most_attempts = 7;
constexpr auto first_pause = 50ms;  // doubled each time: 3.15 s in all
constexpr std::size_t most_idle = 8;

/// Asks once more for what failed, a bounded number of times; `retried` says after which outcomes.
template <class Attempt, class Retried>
auto with_retries(Deadline deadline, Attempt attempt, Retried retried) {
  auto pause = std::chrono::duration_cast<Clock::duration>(first_pause);
  for (int number = 1;; ++number) {
    try {
      return attempt();
    } catch (const RedisFailure& failure) {
      if (number == most_attempts || !retried(failure.outcome()) ||
          Clock::now() + pause >= deadline) {
        throw;
      }
    }
    std::this_thread::sleep_for(pause);
    pause *= 2;
  }
}

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
    keep(std::move(connection));
    return reply;
  };
  const auto retried = [&](Outcome outcome) {
    return outcome == Outcome::passing || (outcome == Outcome::unknown && marks.empty());
  };
  try {
    if (auto answer = read_answer(with_retries(deadline, attempt, retried))) return *answer;
  } catch (const RedisFailure& failure) {
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
  {
    const std::scoped_lock lock(mutex_);
    while (!idle_.empty()) {
      RedisConnection connection = std::move(idle_.back());
      idle_.pop_back();
      if (connection.usable()) return connection;  // else the server was restarted, or hung up
    }
  }
  return {address_, deadline};
}

void RedisCounter::keep(RedisConnection connection) {
  const std::scoped_lock lock(mutex_);
  if (idle_.size() < most_idle) idle_.push_back(std::move(connection));
}

std::vector<std::string> RedisCounter::warnings() {
  try {
    const Deadline deadline = Clock::now() + address_.timeout;
    const std::string flaws = find_flaws(deadline);
    if (flaws.empty()) return {};
    return {"counter " + uri() + " may lose in a crash what it acknowledged: " + flaws};
  } catch (const RedisFailure& failure) {
    return {"counter " + uri() +
            ": whether it may lose in a crash what it acknowledged could not be " + "checked, it " +
            failure.what()};
  }
}

std::string RedisCounter::find_flaws(Deadline deadline) {
  RedisConnection connection = take_connection(deadline);
  std::string flaws;
  for (const std::string_view setting : redis_durability_settings) {
    const RedisReply reply = connection.ask({"CONFIG", "GET", setting}, deadline);
    const auto flaw =
        redis_durability_flaw(setting, reply.list.size() == 2 ? reply.list[1].text : "");
    if (flaw) flaws += (flaws.empty() ? "" : ", ") + *flaw;
  }
  keep(std::move(connection));
  return flaws;
}

}  // namespace tidemark::counter
