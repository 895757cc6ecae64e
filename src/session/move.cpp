// Moving a lineage from one counter, X below, to another, Y: Options::moved_from and
// Options::counter. docs/protocol.md, Move.

#include <tidemark/error.h>

#include <algorithm>

#include "session/successor.h"

namespace tidemark::session {
namespace {

constexpr int most_attempts = 10;

/// Both counters named, and what they and the storage say.
struct Crossing {
  Opening& opening;
  Keyring& keyring;

  [[nodiscard]] Counter& x() const { return *opening.options.moved_from; }
  [[nodiscard]] Counter& y() const { return *opening.options.counter; }
  [[nodiscard]] const std::optional<CounterReading>& at_x() const { return opening.left; }
  [[nodiscard]] const std::optional<CounterReading>& at_y() const { return opening.reading; }
  [[nodiscard]] Findings seen_from_x() const {
    return interpret(opening.survey, *at_x(), x(), keyring);
  }
  [[nodiscard]] Findings seen_from_y() const {
    return interpret(opening.survey, *at_y(), y(), keyring);
  }
};

const container::GenerationHeader& header_of(const Findings& findings) {
  return findings.committed->generation->header;
}

/// Whether Y holds a move to it, be it committed on X or not.
bool is_reserved(const Crossing& crossing, const Findings& from_y) {
  if (!from_y.committed) return false;
  const auto& there = header_of(from_y).moves_to;
  return there && there->counter_id == crossing.at_y()->birth.digest;
}

/// Whether Y holds something later: then the lineage has arrived, and X is not needed.
bool is_past_a_move(const Crossing& crossing) {
  if (!crossing.at_y() || crossing.opening.at_birth()) return false;
  const Findings from_y = crossing.seen_from_y();
  return from_y.committed && !from_y.moved_away && !is_reserved(crossing, from_y);
}

/// What became of a step.
enum class Next {
  look_again,
  look_before_accusing,  ///< a counter seems to have lost values
  arrived,
};

/// Throws the refusal, if there is one. Says whether to go on: a counter that lost values is
/// accused only once it was seen a second time.
bool passes(const Crossing& crossing, const std::optional<Refusal>& refused, bool second) {
  if (!refused) return true;
  if (refused->code != Code::counter_behind || second) refuse(crossing.opening, *refused);
  return false;
}

Refusal lost(const std::string& what) {
  return {Code::counter_behind, what, std::string("bring that counter back as it was") + if_lost};
}

[[noreturn]] void refuse_unanswered(const Crossing& crossing, const std::string& what,
                                    const Answer& answer) {
  throw Error(Code::counter_unavailable, crossing.opening.place.shown() + what + answer.why,
              "bring the counter back, and restore again with both counters named");
}

/// Y holds a mark that nothing in the storage tells of.
[[noreturn]] void refuse_occupied(const Crossing& crossing) {
  if (const auto not_from_x = refusal(crossing.seen_from_x(), crossing.at_x())) {
    const Findings from_y = crossing.seen_from_y();
    if (from_y.newest) (void)passes(crossing, refusal(from_y, crossing.at_y()), true);
    refuse(crossing.opening, *not_from_x);
  }
  throw Error(Code::exists,
              "the counter that " + crossing.opening.place.shown() +
                  " is to be moved to holds a mark of \"" + crossing.opening.name +
                  "\" already, of which the file tells nothing",
              "move it to another place there; or remove that mark, if you know that it is left of "
              "an earlier move that was given up, or that the lineage was moved away from there");
}

/// Whose state a generation holds that is a child of the mark of `committed`: that one's, its own
/// or, through copies, another's.
Root state_of(const Survey& survey, const container::FoundGeneration& found,
              const std::optional<Root>& committed) {
  if (found.root == committed) return found.root;
  if (const auto& copied = found.header.copied) {
    for (const StoredFile& stored : survey.files) {
      const auto original =
          std::ranges::find(stored.scan.generations, *copied, &container::FoundGeneration::root);
      if (original != stored.scan.generations.end() && original->root != found.root) {
        return state_of(survey, *original, committed);
      }
    }
    return *copied;
  }
  const bool continues = found.header.purpose == container::Purpose::checkpoint;
  return continues ? found.root : committed.value_or(Root{});
}

void discard(state::Registry& registry) {
  for (const state::Entry& entry : registry.entries()) entry.section->discard();
}

/// Whether the reservation may be committed: it is sealed under the key that X's mark names, whole,
/// and holds the newest state that X could be restored with.
bool is_worth_it(const Crossing& crossing, const Findings& from_x, const Findings& from_y) {
  Opening& opening = crossing.opening;
  std::optional<Root> committed;
  if (from_x.committed) {
    if (header_of(from_x).key_commitment != header_of(from_y).key_commitment) return false;
    committed = from_x.committed->generation->root;
  }
  try {
    (void)load_committed(opening, from_y);
    discard(opening.registry);
  } catch (const Error& error) {
    if (error.code() != Code::damaged) throw;
    return false;
  }
  if (from_x.pending.empty()) return true;
  const Loaded newest = load_newest(opening, from_x);
  return state_of(opening.survey, *newest.candidate.generation, committed) ==
         state_of(opening.survey, *from_y.committed->generation, committed);
}

/// Proves for ever that X held the move: whoever is shown less by X, and does not know Y, must not
/// go on from there. Durable before Y is asked for more.
void note_departure(const Crossing& crossing, const LiveFile& where, const SharedKey& key,
                    const Mark& mark) {
  const Opening& opening = crossing.opening;
  container::Note note{crossing.at_x()->birth.digest, mark, {}};
  note.authenticator = key->authenticate(note);
  const Environment& environment = opening.environment;
  const SharedFile file =
      opening.publication.own_names()
          ? make_file(environment, opening.place.fresh(opening.publication, environment.random),
                      where.head)
          : reopen(environment.files, where.path, where.head, where.end);
  file->file->write_at(file->end, note.encode());
  sync_with_name(environment.files, *file);
}

/// X holds the move: nothing but the take-over under Y is left.
void arrive(const Crossing& crossing, const LiveFile& where, const SharedKey& key, const Mark& on_x,
            const Mark& on_y) {
  note_departure(crossing, where, key, on_x);
  crossing.opening.arrived = on_y;
}

/// The commit point: X moves to what reserves Y.
Next leave(const Crossing& crossing, const Findings& from_x, const LiveFile& where,
           const SharedKey& key, const Mark& on_x, const Mark& on_y) {
  const Answer answer = ask(crossing.x(), crossing.opening.name, crossing.at_x()->mark, on_x);
  switch (answer.outcome) {
    case Answer::Outcome::committed:
      arrive(crossing, where, key, on_x, on_y);
      return Next::arrived;
    case Answer::Outcome::unknown:
      refuse_unanswered(crossing, " may be moved or not: ", answer);
    case Answer::Outcome::conflict:
      break;
  }
  if (was_seen({crossing.x(), *crossing.at_x()}, from_x, answer.found)) return Next::look_again;
  throw Error(Code::fenced,
              "another instance took " + crossing.opening.place.shown() + " over first",
              "stop it before the lineage is moved");
}

/// Moves X on, so that the reservation can never be committed: it is damaged, or without what was
/// saved since.
Next make_void(const Crossing& crossing, const Findings& from_x) {
  Opening& opening = crossing.opening;
  Loaded loaded = load_newest(opening, from_x);
  container::Proposal proposal;
  proposal.purpose = container::Purpose::take_over;
  const Seat seat{crossing.x(), *crossing.at_x()};
  Successor successor = write_successor(opening, seat, loaded, std::move(proposal));
  const Answer answer = ask(crossing.x(), opening.name, seat.reading.mark, successor.proposed.mark);
  if (answer.outcome == Answer::Outcome::unknown) {
    refuse_unanswered(crossing, " is not moved: ", answer);
  }
  if (answer.outcome == Answer::Outcome::conflict) discard(opening.environment.files, successor);
  return Next::look_again;
}

/// Of a file that what moves to Y goes into, if Y needs a secret: all files of the lineage's will
/// have it from then on.
std::optional<container::FileHead> head_with_secret(const Opening& opening, const Loaded& loaded) {
  if (!opening.counter_secret) return std::nullopt;
  container::FileHead head = loaded.candidate.stored->scan.head;
  head.counter_secret = container::seal_counter_secret(
      *opening.counter_secret, *loaded.candidate.key, loaded.candidate.generation->header.key_slots,
      opening.environment.random.array<32>());
  return head;
}

/// Before a counter exists that needs a secret, this must be where nothing can lose it.
void keep_secret(const Opening& opening, const container::FileHead& head) {
  const Environment& environment = opening.environment;
  sync_with_name(
      environment.files,
      *make_file(environment, opening.place.fresh(opening.publication, environment.random), head));
}

/// Y gets a birth. Says whether it is this one.
bool give_birth(const Crossing& crossing, const Loaded& loaded) {
  if (const auto head = head_with_secret(crossing.opening, loaded)) {
    keep_secret(crossing.opening, *head);
  }
  const Mark birth{0, crossing.opening.environment.random.digest()};
  const Answer answer = ask(crossing.y(), crossing.opening.name, std::nullopt, birth);
  if (answer.outcome == Answer::Outcome::unknown) {
    refuse_unanswered(crossing, " is not moved: ", answer);
  }
  crossing.opening.reading = {birth, birth};
  return answer.outcome == Answer::Outcome::committed;
}

/// Writes the move of what X would be restored with, and moves Y to it: nobody can start there
/// under this name any more. Then X.
Next reserve_and_leave(const Crossing& crossing, const Findings& from_x, Loaded& loaded) {
  Opening& opening = crossing.opening;
  const Mark parent = crossing.at_y()->mark;
  container::Proposal proposal;
  proposal.purpose = container::Purpose::move;
  proposal.moves_to = container::Step{crossing.at_y()->birth.digest, parent,
                                      crossing.y().next(parent, Root{}).value};
  Successor move = write_successor(opening, {crossing.x(), *crossing.at_x()}, loaded,
                                   std::move(proposal), head_with_secret(opening, loaded));
  const Mark on_y = crossing.y().next(parent, move.root);
  const Answer answer = ask(crossing.y(), opening.name, parent, on_y);
  switch (answer.outcome) {
    case Answer::Outcome::committed:
      return leave(crossing, from_x, *move.proposed.file, loaded.candidate.key, move.proposed.mark,
                   on_y);
    case Answer::Outcome::unknown:
      refuse_unanswered(crossing, " is not moved: ", answer);
    case Answer::Outcome::conflict:
      break;
  }
  discard(opening.environment.files, move);
  return Next::look_again;
}

/// Y is reserved: goes on with that, or finds that it is void.
std::optional<Next> go_on_with(const Crossing& crossing, Findings from_y, bool second) {
  from_y.unfinished = false;  // that is what is to be mended
  if (!passes(crossing, refusal(from_y, crossing.at_y()), second)) {
    return Next::look_before_accusing;
  }
  const container::GenerationHeader& header = header_of(from_y);
  if (crossing.at_x()->birth.digest != header.counter_id) {
    refuse(crossing.opening,
           {Code::wrong_counter, "it is being moved from another counter than the one named",
            "name the counter that its last move began with as the one that it is moved from"});
  }
  const Candidate& move = *from_y.committed;
  const Mark on_x = crossing.x().next(header.parent, move.generation->root);
  const LiveFile where{move.stored->path, nullptr, move.stored->scan.head, move.stored->scan.end};
  if (crossing.at_x()->mark == on_x) {
    arrive(crossing, where, move.key, on_x, crossing.at_y()->mark);
    return Next::arrived;
  }
  if (crossing.at_x()->mark != header.parent) return std::nullopt;
  const Findings from_x = crossing.seen_from_x();
  if (!passes(crossing, refusal(from_x, crossing.at_x()), second)) {
    return Next::look_before_accusing;
  }
  if (!is_worth_it(crossing, from_x, from_y)) return make_void(crossing, from_x);
  return leave(crossing, from_x, where, move.key, on_x, crossing.at_y()->mark);
}

/// One attempt, from a look at everything.
Next cross(const Crossing& crossing, bool second) {
  const auto doubtful = [&](const std::optional<Refusal>& refused) {
    return !passes(crossing, refused, second);
  };
  if (!crossing.at_x()) {
    if (crossing.opening.survey.holds_generations()) {
      const Refusal unknown = lost("the counter that it is moved from knows nothing of it");
      if (doubtful(unknown)) return Next::look_before_accusing;
    }
    refuse(crossing.opening,
           {Code::no_checkpoint, "nothing was ever saved here", "start without restoring"});
  }
  if (crossing.at_y()) {
    const Findings from_y = crossing.seen_from_y();
    if (is_reserved(crossing, from_y)) {
      if (const auto next = go_on_with(crossing, from_y, second)) return *next;
    } else if (!crossing.opening.at_birth()) {
      refuse_occupied(crossing);
    } else if (from_y.proved.value_or(0) > 0 && doubtful(refusal(from_y, crossing.at_y()))) {
      return Next::look_before_accusing;
    }
  }
  const Findings from_x = crossing.seen_from_x();
  if (from_x.moved_away && crossing.opening.at_birth() &&
      header_of(from_x).moves_to->counter_id == crossing.at_y()->birth.digest &&
      doubtful(lost("the counter that it was moved to has lost the move"))) {
    return Next::look_before_accusing;
  }
  if (doubtful(refusal(from_x, crossing.at_x()))) return Next::look_before_accusing;
  Loaded loaded = load_newest(crossing.opening, from_x);
  if (!crossing.at_y() && !give_birth(crossing, loaded)) return Next::look_again;
  return reserve_and_leave(crossing, from_x, loaded);
}

}  // namespace

void bring_over(Opening& opening, Keyring& keyring) {
  const Crossing crossing{opening, keyring};
  auto next = Next::look_again;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    look(opening);
    if (is_past_a_move(crossing)) return;
    unlock_left(opening, keyring);
    look(opening, &crossing.x());
    if (is_past_a_move(crossing)) return;
    try {
      next = cross(crossing, next == Next::look_before_accusing);
      discard(opening.registry);
      if (next == Next::arrived) return;
    } catch (...) {
      discard(opening.registry);
      throw;
    }
  }
  throw Error(Code::fenced, "the counters of " + opening.place.shown() + " keep changing",
              "restore again once everybody else has stopped");
}

}  // namespace tidemark::session
