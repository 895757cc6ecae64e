#include <tidemark/error.h>

#include <algorithm>
#include <functional>

#include "session/opening.h"

namespace tidemark::session {
namespace {

/// How often a take-over begins again because a dead instance's late request was applied.
constexpr int most_attempts = 10;

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
                       std::string("bring the counter back as it was after the last save, or name "
                                   "the counter that was used before") +
                           if_lost});
    }
    Findings findings =
        interpret(opening.survey, *opening.reading, *opening.options.counter, keyring);
    const auto refused = refusal(findings, opening.reading);
    if (!refused) return findings;
    if (second || refused->code != Code::counter_behind) refuse(opening, *refused);
  }
}

/// What a candidate is, and so what may rely on its place.
enum class Standing {
  committed,
  pending,    ///< nobody knows whether its sync succeeded; that of its base did
  uncertain,  ///< committed, but perhaps a copy of which nothing was ever synced
};

/// What is taken up: loaded, authentic to its last byte.
struct Loaded {
  Candidate candidate;
  container::GenerationReader reader;
  Standing standing{};
};

/// What to do about a candidate that is not whole.
enum class Damaged { refuse, pass_over };

std::optional<Loaded> try_load(Opening& opening, const Candidate& candidate, Standing standing,
                               Damaged damaged) {
  try {
    container::GenerationReader reader(*candidate.stored->file, candidate.stored->scan.head,
                                       *candidate.generation, *candidate.key,
                                       opening.environment.executor, opening.options.progress);
    load(reader, opening.registry);
    return Loaded{candidate, std::move(reader), standing};
  } catch (const Error& error) {
    if (damaged == Damaged::pass_over && error.code() == Code::damaged) return std::nullopt;
    const char* const is = error.code() == Code::damaged ? " is damaged: " : ": ";
    throw Error(error.code(), opening.place.shown() + is + error.what(), error.advice());
  }
}

Loaded load_committed(Opening& opening, const Findings& findings) {
  std::vector<Candidate> places{*findings.committed};
  std::ranges::copy(findings.copies, std::back_inserter(places));
  while (true) {
    const Candidate place = places.front();
    places.erase(places.begin());
    // What took FILE's name had been synced.
    const bool certain = findings.copies.empty() || place.stored->path == opening.place.file();
    auto loaded = try_load(opening, place, certain ? Standing::committed : Standing::uncertain,
                           places.empty() ? Damaged::refuse : Damaged::pass_over);
    if (loaded) return std::move(*loaded);
  }
}

/// What is pending, newest first, then the committed generation. A power cut can leave a pending
/// generation, or a copy that was being carried to another file, with a good end and a lost middle.
Loaded load_newest(Opening& opening, const Findings& findings) {
  for (const Candidate& candidate : findings.pending) {
    auto loaded = try_load(opening, candidate, Standing::pending, Damaged::pass_over);
    if (loaded) return std::move(*loaded);
  }
  if (is_used(findings)) {
    refuse(opening, used_up("what was saved since is damaged"));
  }
  if (!findings.committed) {
    refuse(opening,
           {Code::no_checkpoint, "the first save was never finished", "start without restoring"});
  }
  return load_committed(opening, findings);
}

/// What moves the counter beyond what was loaded.
struct Successor {
  container::SessionId session;
  Proposed proposed;
  std::optional<std::uint64_t> offset{};  ///< where it begins in a file that was there before
};

/// Takes back a successor that the counter will never know.
void discard(io::FileSystem& files, Successor& successor) {
  LiveFile& file = *successor.proposed.file;
  if (!successor.offset) return discard_file(files, file.path);
  file.end = *successor.offset;
  discard_tail(file);
}

/// Where it goes: behind what was loaded, if that file may still be touched, else into a new one
/// that begins with what is kept.
Successor make_successor(const Opening& opening, const StoredFile& stored) {
  const Environment& environment = opening.environment;
  const container::SessionId session{environment.random.array<16>()};
  History history = history_of(stored.scan, *opening.options.counter, opening.reading->mark,
                               std::size_t{opening.options.keep} + 1);
  if (!opening.publication.own_names() && stored.path.parent_path() == opening.place.folder()) {
    return {session,
            {.file = reopen(environment.files, stored.path, stored.scan.head, stored.scan.end),
             .history = std::move(history)},
            stored.scan.end};
  }
  Successor successor{
      session,
      {.file = make_file(environment, opening.place.fresh(opening.publication, environment.random),
                         stored.scan.head)}};
  try {
    LiveFile& file = *successor.proposed.file;
    successor.proposed.history = carry(*stored.file, history, opening.options.keep, file);
  } catch (...) {
    discard(environment.files, successor);
    throw;
  }
  return successor;
}

using Fill = std::function<void(container::GenerationWriter&)>;

/// Under `single_use` it is the record of a mark with no state behind it. Under `hand_over` it has
/// the same state: in the same file it refers to what is committed, and copies what is pending,
/// since nobody knows whether that was ever synced; in another file, or where not even the base is
/// certain, it copies all.
Fill succeed(Loaded& loaded, bool same_file, container::Proposal& proposal) {
  const container::FoundGeneration& found = *loaded.candidate.generation;
  if (found.header.policy == Policy::single_use) {
    proposal.purpose = container::Purpose::used;
    return [](container::GenerationWriter&) {};
  }
  proposal.purpose = container::Purpose::take_over;
  if (loaded.standing == Standing::pending) proposal.copied = found.root;
  if (!same_file || loaded.standing == Standing::uncertain) {
    return [&](container::GenerationWriter& writer) { copy_whole(loaded.reader, writer); };
  }
  if (loaded.standing == Standing::committed) {
    proposal.base = loaded.reader.holder();
    return [&](container::GenerationWriter& writer) { refer(loaded.reader, writer); };
  }
  if (const auto& base = found.header.base) {
    proposal.base =
        container::read_generation(*loaded.candidate.stored->file, found.offset - base->distance);
  }
  return [&](container::GenerationWriter& writer) { copy(loaded.reader, writer); };
}

Successor write_successor(const Opening& opening, Loaded& loaded) {
  const Environment& environment = opening.environment;
  const container::GenerationHeader& header = loaded.candidate.generation->header;
  Successor successor = make_successor(opening, *loaded.candidate.stored);
  container::Proposal proposal;
  proposal.counter_id = opening.reading->birth.digest;
  proposal.parent = opening.reading->mark;
  proposal.value = opening.options.counter->next(proposal.parent, Root{}).value;
  proposal.session = successor.session;
  proposal.number = 1;
  proposal.policy = header.policy;
  proposal.key_slots = header.key_slots;
  try {
    const Fill fill = succeed(loaded, successor.offset.has_value(), proposal);
    LiveFile& file = *successor.proposed.file;
    const auto generation = write_generation(
        {environment, *loaded.candidate.key, opening.options.progress}, file, proposal, fill);
    // What is not certain may lie under a name that its writer did not live to make durable.
    if (!successor.offset || loaded.standing != Standing::committed) {
      environment.files.sync_folder(file.path.parent_path());
    }
    if (proposal.purpose != container::Purpose::used) {
      History& history = successor.proposed.history;
      history =
          with_newest(std::move(history), generation.offset, std::size_t{opening.options.keep} + 1);
    }
    successor.proposed.mark = opening.options.counter->next(proposal.parent, generation.root);
    successor.proposed.superseded =
        superseded(environment.files, opening.place, opening.publication, opening.name, file.path);
    return successor;
  } catch (...) {
    discard(environment.files, successor);
    throw;
  }
}

/// Whether the counter moved to something that the scan had seen coming.
bool was_seen(const Opening& opening, const Findings& findings,
              const std::optional<CounterReading>& found) {
  const auto is_found = [&](const Root& root) {
    return opening.options.counter->next(opening.reading->mark, root).digest == found->mark.digest;
  };
  return found && (std::ranges::any_of(findings.uses, is_found) ||
                   std::ranges::any_of(findings.pending, [&](const Candidate& candidate) {
                     return is_found(candidate.generation->root);
                   }));
}

/// Moves the counter to a successor of what was loaded. Nothing if a dead instance's late request
/// came first: then all begins again.
std::optional<Successor> take_over(const Opening& opening, const Findings& findings,
                                   Loaded& loaded) {
  Successor successor = write_successor(opening, loaded);
  const Answer answer =
      ask(*opening.options.counter, opening.name, opening.reading->mark, successor.proposed.mark);
  if (answer.outcome == Answer::Outcome::committed) return successor;
  if (answer.outcome == Answer::Outcome::unknown) {
    throw Error(Code::counter_unavailable,
                opening.place.shown() + " was not taken over: " + answer.why,
                "bring the counter back and restore again");
  }
  discard(opening.environment.files, successor);
  if (was_seen(opening, findings, answer.found)) return std::nullopt;
  throw Error(Code::fenced, "another instance took " + opening.place.shown() + " over first",
              "stop one of the two");
}

void discard(state::Registry& registry) {
  for (const state::Entry& entry : registry.entries()) entry.section->discard();
}

std::unique_ptr<Live> go_live(Opening opening, const Loaded& loaded, Successor successor) {
  const container::GenerationHeader header =
      loaded.candidate.generation->header;  // not the opening's
  Tenure tenure = tenure_of(std::move(opening), loaded.candidate.key, header.key_slots,
                            successor.session, std::move(successor.proposed), header.policy);
  tenure.restored = true;
  return std::make_unique<Live>(std::move(tenure), Generation{header.value});
}

}  // namespace

std::unique_ptr<Live> resume(Opening opening, Keyring keyring) {
  state::Registry& registry = opening.registry;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const Findings findings = find(opening, keyring);
    Loaded loaded = load_newest(opening, findings);
    try {
      auto successor = take_over(opening, findings, loaded);
      if (successor) {
        auto live = go_live(std::move(opening), loaded, std::move(*successor));
        accept(registry);
        return live;
      }
    } catch (...) {
      discard(registry);
      throw;
    }
    discard(registry);
  }
  throw Error(Code::fenced, "late requests keep moving the counter of " + opening.place.shown(),
              "restore again once the network is quiet");
}

std::unique_ptr<Live> restore(const Environment& environment, Options options,
                              state::Registry& registry) {
  Opening opening = begin(environment, std::move(options), registry, Intent::restore);
  auto keyring = unlock_counter(opening, Intent::restore);
  if (!keyring) {
    keyring = load_keyring(opening.key_source(), opening.name, key::Missing::refuse,
                           environment.files, environment.random);
  }
  return resume(std::move(opening), std::move(*keyring));
}

std::unique_ptr<Live> open(const Environment& environment, Options options,
                           state::Registry& registry) {
  Opening opening = begin(environment, std::move(options), registry, Intent::open);
  auto keyring = unlock_counter(opening, Intent::open);
  const auto load_key = [&](key::Missing missing) {
    if (keyring) return;
    keyring = load_keyring(opening.key_source(), opening.name, missing, environment.files,
                           environment.random);
  };
  look(opening);
  if (!opening.reading) return start(std::move(opening), std::move(keyring));
  if (opening.at_birth()) {
    load_key(key::Missing::make);
    if (!has_whole_child(opening, *keyring)) return start(std::move(opening), std::move(keyring));
    return resume(std::move(opening), std::move(*keyring));
  }
  if (opening.survey.files.empty()) {
    refuse(opening, {Code::no_checkpoint,
                     "there is no such file, although the counter is at generation " +
                         std::to_string(opening.reading->mark.value),
                     "name the file that the lineage lives in, or put back its newest copy"});
  }
  load_key(key::Missing::refuse);
  return resume(std::move(opening), std::move(*keyring));
}

}  // namespace tidemark::session
