#include <tidemark/error.h>

#include <algorithm>

#include "session/opening.h"

namespace tidemark::session {
namespace {

/// How often a take-over begins again because a dead instance's late request was applied.
constexpr int most_attempts = 10;

[[noreturn]] void refuse(const Opening& opening, const Refusal& refusal) {
  throw Error(refusal.code, opening.place.shown() + ": " + refusal.what, refusal.advice);
}

/// Looks, and interprets what is there; throws the recovery table's refusal. A counter that lost
/// values is believed to have lost them only after a second look.
Findings find(Opening& opening, Keyring& keyring) {
  for (bool second = false;; second = true) {
    look(opening);
    if (!opening.reading) {
      if (!second) continue;
      if (!opening.survey.holds_generations()) {
        refuse(opening,
               {Code::no_checkpoint, "nothing was ever saved here", "start without restoring"});
      }
      refuse(opening, {Code::counter_behind,
                       "the counter knows nothing of the lineage \"" + opening.name +
                           "\", but the file holds generations of it",
                       "bring the counter back, or name the counter that was used before"});
    }
    Findings findings =
        interpret(opening.survey, *opening.reading, *opening.options.counter, keyring);
    const auto refused = refusal(findings, opening.reading);
    if (!refused) return findings;
    if (second || refused->code != Code::counter_behind) refuse(opening, *refused);
  }
}

/// What is taken up: loaded, authentic to its last byte.
struct Loaded {
  Candidate candidate;
  container::GenerationReader reader;
  bool pending = false;
};

std::optional<Loaded> try_load(Opening& opening, const Candidate& candidate, bool pending) {
  try {
    container::GenerationReader reader(*candidate.stored->file, candidate.stored->scan.head,
                                       *candidate.generation, *candidate.key,
                                       opening.environment.executor, opening.options.progress);
    load(reader, opening.registry);
    return Loaded{candidate, std::move(reader), pending};
  } catch (const Error& error) {
    // A power cut can leave a pending generation with a good end and a lost middle.
    if (pending && error.code() == Code::damaged) return std::nullopt;
    const char* const is = error.code() == Code::damaged ? " is damaged: " : ": ";
    throw Error(error.code(), opening.place.shown() + is + error.what(), error.advice());
  }
}

/// Pending children newest first, then the committed generation.
Loaded load_newest(Opening& opening, const Findings& findings) {
  for (const Candidate& candidate : findings.pending) {
    if (auto loaded = try_load(opening, candidate, true)) return std::move(*loaded);
  }
  if (!findings.committed) {
    refuse(opening,
           {Code::no_checkpoint, "the first save was never finished", "start without restoring"});
  }
  return std::move(*try_load(opening, *findings.committed, false));
}

/// A successor with the same state. It refers to what is committed, and copies what is pending:
/// nobody knows whether that was ever synced.
struct Successor {
  container::SessionId session;
  SharedFile file;
  std::uint64_t offset = 0;
  Mark mark;
};

Successor write_successor(const Opening& opening, Loaded& loaded) {
  const auto& environment = opening.environment;
  const StoredFile& stored = *loaded.candidate.stored;
  const container::FoundGeneration& found = *loaded.candidate.generation;
  Successor successor{{environment.random.array<16>()},
                      reopen(environment.files, stored.path, stored.scan.head, stored.scan.end),
                      stored.scan.end,
                      {}};
  container::Proposal proposal;
  proposal.counter_id = opening.reading->birth.digest;
  proposal.parent = opening.reading->mark;
  proposal.value = opening.options.counter->next(proposal.parent, Root{}).value;
  proposal.session = successor.session;
  proposal.number = 1;
  proposal.purpose = container::Purpose::take_over;
  proposal.key_slots = found.header.key_slots;
  if (loaded.pending) {
    proposal.copied = found.root;
    if (const auto& base = found.header.base) {
      proposal.base = container::read_generation(*stored.file, base->offset);
    }
  } else {
    proposal.base = loaded.reader.holder();
  }
  const auto generation = write_generation(
      {environment, *loaded.candidate.key, opening.options.progress}, *successor.file, proposal,
      [&](container::GenerationWriter& writer) {
        loaded.pending ? copy(loaded.reader, writer) : refer(loaded.reader, writer);
      });
  successor.mark = opening.options.counter->next(proposal.parent, generation.root);
  return successor;
}

bool seen_pending(const Opening& opening, const Findings& findings,
                  const std::optional<CounterReading>& found) {
  return found && std::ranges::any_of(findings.pending, [&](const Candidate& candidate) {
           return opening.options.counter->next(opening.reading->mark,
                                                candidate.generation->root) == found->mark;
         });
}

/// Moves the counter to a successor of what was loaded. Nothing if a dead instance's late request
/// came first: then all begins again.
std::optional<Successor> take_over(const Opening& opening, const Findings& findings,
                                   Loaded& loaded) {
  Successor successor = write_successor(opening, loaded);
  const Answer answer =
      ask(*opening.options.counter, opening.name, opening.reading->mark, successor.mark);
  if (answer.outcome == Answer::Outcome::committed) return successor;
  if (answer.outcome == Answer::Outcome::unknown) {
    throw Error(Code::counter_unavailable,
                opening.place.shown() + " was not taken over: " + answer.why,
                "bring the counter back and restore again");
  }
  successor.file->end = successor.offset;
  discard_tail(*successor.file);
  if (seen_pending(opening, findings, answer.found)) return std::nullopt;
  throw Error(Code::fenced, "another instance took " + opening.place.shown() + " over first",
              "stop one of the two");
}

void discard(state::Registry& registry) {
  for (const state::Entry& entry : registry.entries()) entry.section->discard();
}

}  // namespace

std::unique_ptr<Live> resume(Opening opening, Keyring keyring) {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const Findings findings = find(opening, keyring);
    Loaded loaded = load_newest(opening, findings);
    std::optional<Successor> successor;
    try {
      successor = take_over(opening, findings, loaded);
    } catch (...) {
      discard(opening.registry);
      throw;
    }
    if (!successor) {
      discard(opening.registry);
      continue;
    }
    accept(opening.registry);
    const Generation shown{loaded.candidate.generation->header.value};
    auto slots = loaded.candidate.generation->header.key_slots;
    SharedKey key = loaded.candidate.key;
    Tenure tenure = tenure_of(std::move(opening), std::move(key), std::move(slots),
                              successor->session, successor->mark, std::move(successor->file));
    tenure.restored = true;
    return std::make_unique<Live>(std::move(tenure), shown);
  }
  throw Error(Code::fenced, "late requests keep moving the counter of " + opening.place.shown(),
              "restore again once the network is quiet");
}

std::unique_ptr<Live> restore(const Environment& environment, Options options,
                              state::Registry& registry) {
  Opening opening = begin(environment, std::move(options), registry, Intent::restore);
  Keyring keyring = load_keyring(opening.key_source(), opening.name, key::Missing::refuse,
                                 environment.files, environment.random);
  return resume(std::move(opening), std::move(keyring));
}

std::unique_ptr<Live> open(const Environment& environment, Options options,
                           state::Registry& registry) {
  Opening opening = begin(environment, std::move(options), registry, Intent::open);
  look(opening);
  if (!opening.reading) return start(std::move(opening));
  if (opening.at_birth()) {
    Keyring keyring = load_keyring(opening.key_source(), opening.name, key::Missing::make,
                                   environment.files, environment.random);
    if (!has_whole_child(opening, keyring)) return start(std::move(opening), std::move(keyring));
    return resume(std::move(opening), std::move(keyring));
  }
  if (opening.survey.files.empty()) {
    refuse(opening, {Code::no_checkpoint,
                     "the file is gone, although the counter is at generation " +
                         std::to_string(opening.reading->mark.value),
                     "put back the newest copy of the file"});
  }
  Keyring keyring = load_keyring(opening.key_source(), opening.name, key::Missing::refuse,
                                 environment.files, environment.random);
  return resume(std::move(opening), std::move(keyring));
}

}  // namespace tidemark::session
