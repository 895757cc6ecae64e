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

/// Lets the counter have the secret, if it is the one that it wants. What a start over left may
/// hold another one.
std::optional<Error> try_secret(Opening& opening, container::CounterSecret& secret) {
  const auto counter = opening.options.counter->unlock(
      opening.name, secret.secret.bytes().first<32>(), secret.identity);
  try {
    (void)counter->read(opening.name);
  } catch (const Error& error) {
    if (error.code() != Code::wrong_counter) throw;
    return error;
  }
  opening.options.counter = counter;
  opening.counter_secret = std::move(secret);
  return std::nullopt;
}

void demand_secret(const Opening& opening, const Told& told) {
  if (told.locked) {
    refuse(opening, {Code::wrong_key, "the key does not open what is in the file",
                     "give the key of this lineage"});
  }
  if (told.other_counter) {
    refuse(opening, {Code::wrong_counter, "the file was written with another counter than this one",
                     "name the counter that this lineage was created with"});
  }
}

}  // namespace

std::optional<Keyring> unlock_counter(Opening& opening, Intent intent) {
  if (!opening.options.counter->needs_secret()) return std::nullopt;
  if (opening.key_source().none()) {
    throw Error(Code::usage,
                "the counter " + opening.options.counter->uri() +
                    " needs a key: without one anybody could move it",
                "name a key, or another counter");
  }
  const Environment& environment = opening.environment;
  const Survey found = survey(environment.files, opening.place, opening.publication, opening.name);
  const bool start_over = opening.options.start_over;
  const bool there = intent == Intent::restore || (!start_over && found.holds_generations());
  Keyring keyring = load_keyring(opening.key_source(), opening.name,
                                 there ? key::Missing::refuse : key::Missing::make,
                                 environment.files, environment.random);
  Told told = read_secrets(found, keyring);
  std::optional<Error> wrong;
  for (container::CounterSecret& secret : told.secrets) {
    wrong = try_secret(opening, secret);
    if (!wrong) return keyring;
  }
  if (!start_over) {
    if (wrong) refuse(opening, {wrong->code(), wrong->what(), wrong->advice()});
    demand_secret(opening, told);
  }
  container::CounterSecret fresh;
  environment.random.fill(fresh.secret.mutable_bytes());
  fresh.identity = opening.options.counter->identity();
  wrong = try_secret(opening, fresh);
  // The file may have been moved or taken away: that is no fresh start.
  if (wrong) throw Error(Code::exists, wrong->what(), wrong->advice());
  return keyring;
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
