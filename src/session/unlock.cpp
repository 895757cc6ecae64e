#include <tidemark/error.h>

#include <algorithm>
#include <limits>

#include "crypto/hash.h"
#include "session/opening.h"

namespace tidemark::session {
namespace {

using Secrets = std::vector<container::CounterSecret>;

/// What the files' heads say to the counter.
struct Told {
  Secrets secrets{};           ///< each once
  bool locked = false;         ///< the key does not open one of them
  bool other_counter = false;  ///< generations in a file whose counter needed none
};

Told read_secrets(const Survey& survey, const Keyring& keyring) {
  Told told;
  for (const StoredFile& stored : survey.files) {
    auto secret = keyring.open_counter_secret(stored.scan.head);
    if (!secret) {
      const bool needed = stored.scan.head.counter_secret.has_value();
      told.locked |= needed;
      told.other_counter |= !needed && !stored.scan.generations.empty();
      continue;
    }
    const bool known = std::ranges::any_of(told.secrets, [&](const auto& other) {
      return crypto::equal(other.secret.bytes(), secret->secret.bytes());
    });
    if (!known) told.secrets.push_back(std::move(*secret));
  }
  return told;
}

/// The counter that has the secret, if that is the one that it wants, else what it says. What a
/// start over or a move left may hold another one.
struct Tried {
  std::shared_ptr<Counter> counter{};
  std::optional<Error> wrong{};
};

Tried try_secret(const std::string& name, Counter& locked, const container::CounterSecret& secret) {
  auto counter = locked.unlock(name, secret.secret.bytes().first<32>(), secret.identity);
  try {
    (void)counter->read(name);
  } catch (const Error& error) {
    if (error.code() != Code::wrong_counter) throw;
    return {.wrong = error};
  }
  return {std::move(counter)};
}

/// Lets the counter have the one among the secrets that it wants. Returns that; if it wants none of
/// them, throws what it said last, unless the lineage may be `unborn` there.
std::optional<container::CounterSecret> unlock(const Opening& opening,
                                               std::shared_ptr<Counter>& counter, Secrets secrets,
                                               bool unborn) {
  std::optional<Error> wrong;
  for (container::CounterSecret& secret : secrets) {
    Tried tried = try_secret(opening.name, *counter, secret);
    if (tried.counter) {
      counter = std::move(tried.counter);
      return std::move(secret);
    }
    wrong = std::move(tried.wrong);
  }
  if (wrong && !unborn) refuse(opening, {wrong->code(), wrong->what(), wrong->advice()});
  return std::nullopt;
}

void demand_opened(const Opening& opening, const Told& told) {
  if (!told.locked) return;
  refuse(opening, {Code::wrong_key, "the key does not open what is in the file",
                   "give the key of this lineage"});
}

void demand_key(const Opening& opening, const Counter& counter) {
  if (!opening.key_source().none()) return;
  throw Error(Code::usage,
              "the counter " + counter.uri() + " needs a key: without one anybody could move it",
              "name a key, or another counter");
}

/// For a lineage that is unborn there.
container::CounterSecret unlock_with_fresh(const Opening& opening,
                                           std::shared_ptr<Counter>& counter) {
  container::CounterSecret fresh;
  opening.environment.random.fill(fresh.secret.mutable_bytes());
  fresh.identity = counter->identity();
  Tried tried = try_secret(opening.name, *counter, fresh);
  // The file may have been moved or taken away: that is no fresh start.
  if (tried.wrong) throw Error(Code::exists, tried.wrong->what(), tried.wrong->advice());
  counter = std::move(tried.counter);
  return fresh;
}

}  // namespace

std::optional<Keyring> unlock_counter(Opening& opening, Intent intent) {
  std::shared_ptr<Counter>& counter = opening.options.counter;
  if (!counter->needs_secret()) return std::nullopt;
  demand_key(opening, *counter);
  const Environment& environment = opening.environment;
  const Survey found = survey(environment.files, opening.place, opening.publication, opening.name);
  const bool start_over = opening.options.start_over;
  const bool unborn = start_over || opening.options.moved_from;
  const bool there = intent == Intent::restore || (!start_over && found.holds_generations());
  Keyring keyring = load_keyring(opening.key_source(), opening.name,
                                 there ? key::Missing::refuse : key::Missing::make,
                                 environment.files, environment.random);
  Told told = read_secrets(found, keyring);
  opening.counter_secret = unlock(opening, counter, std::move(told.secrets), unborn);
  if (opening.counter_secret) return keyring;
  if (!start_over) demand_opened(opening, told);
  if (!unborn && told.other_counter) {
    refuse(opening, {Code::wrong_counter, "the file was written with another counter than this one",
                     "name the counter that this lineage was created with, or moved to"});
  }
  opening.counter_secret = unlock_with_fresh(opening, counter);
  return keyring;
}

void unlock_left(Opening& opening, const Keyring& keyring) {
  std::shared_ptr<Counter>& left = opening.options.moved_from;
  if (!left->needs_secret()) return;
  demand_key(opening, *left);
  Told told = read_secrets(opening.survey, keyring);
  if (unlock(opening, left, std::move(told.secrets), false)) return;
  demand_opened(opening, told);
  refuse(opening, {Code::wrong_counter,
                   "the file was not written with the counter that it is to be moved from",
                   "name the counter that this lineage was created with, or moved to before"});
}

void name_mark(const Survey& survey, const Counter& counter, CounterReading& reading,
               bool start_over) {
  if (is_named(reading)) return;
  Mark& mark = reading.mark;
  std::uint64_t newest = 1;
  std::uint64_t named_as_parent = 0;
  for (const StoredFile& stored : survey.files) {
    for (const auto& generation : stored.scan.generations) {
      const container::Step at = generation.header.on(reading.birth.digest);
      if (at.counter_id != reading.birth.digest || at.parent.value >= at.value) continue;
      newest = std::max(newest, at.value);
      if (at.parent.digest == mark.digest) named_as_parent = at.parent.value;
      const Mark own = counter.next(at.parent, generation.root);
      if (own == Mark{at.value, mark.digest}) {  // nobody without the secret makes that true
        mark = own;
        return;
      }
    }
  }
  mark.value = named_as_parent;
  // A life that starts over goes on above all that is known of the one before.
  if (start_over && mark.value == 0) mark.value = newest;
}

}  // namespace tidemark::session
