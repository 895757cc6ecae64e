#include "session/successor.h"

#include <tidemark/error.h>

#include <algorithm>
#include <functional>

namespace tidemark::session {
namespace {

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

}  // namespace

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

void discard(io::FileSystem& files, Successor& successor) {
  LiveFile& file = *successor.proposed.file;
  if (!successor.offset) return discard_file(files, file.path);
  file.end = *successor.offset;
  discard_tail(file);
}

namespace {

/// Where it goes: behind what was loaded, if that file may still be touched, else into a new one
/// that begins with what is kept, unless it has another head.
Successor make_successor(const Opening& opening, const Seat& seat, const StoredFile& stored,
                         const std::optional<container::FileHead>& head) {
  const Environment& environment = opening.environment;
  const container::SessionId session{environment.random.array<16>()};
  History history =
      history_of(stored.scan, seat.counter, seat.reading, std::size_t{opening.options.keep} + 1);
  if (!head && !opening.publication.own_names() &&
      stored.path.parent_path() == opening.place.folder()) {
    return {session,
            {.file = reopen(environment.files, stored.path, stored.scan.head, stored.scan.end),
             .history = std::move(history)},
            stored.scan.end};
  }
  Successor successor{
      session,
      {.file = make_file(environment, opening.place.fresh(opening.publication, environment.random),
                         head.value_or(stored.scan.head))}};
  if (head) return successor;
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

/// The record of a `used` mark has no state. All else has the state that was loaded: in the same
/// file it refers to what is committed, and copies what is pending, since nobody knows whether that
/// was ever synced; in another file, or where not even the base is certain, it copies all.
Fill succeed(Loaded& loaded, bool same_file, container::Proposal& proposal) {
  if (proposal.purpose == container::Purpose::used) return [](container::GenerationWriter&) {};
  const container::FoundGeneration& found = *loaded.candidate.generation;
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

}  // namespace

Successor write_successor(const Opening& opening, const Seat& seat, Loaded& loaded,
                          container::Proposal proposal,
                          const std::optional<container::FileHead>& head) {
  const Environment& environment = opening.environment;
  const container::GenerationHeader& header = loaded.candidate.generation->header;
  Successor successor = make_successor(opening, seat, *loaded.candidate.stored, head);
  proposal.counter_id = seat.reading.birth.digest;
  proposal.parent = seat.reading.mark;
  proposal.value = seat.counter.next(proposal.parent, Root{}).value;
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
    successor.root = generation.root;
    successor.proposed.mark = seat.counter.next(proposal.parent, generation.root);
    successor.proposed.superseded =
        superseded(environment.files, opening.place, opening.publication, opening.name, file.path);
    return successor;
  } catch (...) {
    discard(environment.files, successor);
    throw;
  }
}

bool was_seen(const Seat& seat, const Findings& findings,
              const std::optional<CounterReading>& found) {
  const auto is_found = [&](const Root& root) {
    return seat.counter.next(seat.reading.mark, root).digest == found->mark.digest;
  };
  return found && (std::ranges::any_of(findings.uses, is_found) ||
                   std::ranges::any_of(findings.moves, is_found) ||
                   std::ranges::any_of(findings.pending, [&](const Candidate& candidate) {
                     return is_found(candidate.generation->root);
                   }));
}

}  // namespace tidemark::session
