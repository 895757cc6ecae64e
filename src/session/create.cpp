#include <tidemark/error.h>

#include <algorithm>

#include "session/opening.h"

namespace tidemark::session {
namespace {

[[noreturn]] void refuse_existing(const Opening& opening) {
  const std::string& file = opening.place.shown();
  std::string what = "the lineage \"" + opening.name + "\" lives already";
  if (opening.reading->mark.value > 0) {
    what += ", at generation " + std::to_string(opening.reading->mark.value);
  }
  if (opening.survey.holds_generations()) {
    throw Error(Code::exists, what,
                "restore it from " + file + ", or start over to give it up for good");
  }
  // Its file may have been moved, or always have had another name: only its user can know.
  throw Error(Code::exists, what + ", but not in " + file,
              "restore it from the file that it lives in, or name another lineage, or start over "
              "to give it up for good");
}

/// Whether a move to this counter waits for its mark, or holds it, as far as can be told without a
/// key.
bool is_moved_here(const Opening& opening) {
  return opening.survey.holds([&](const auto& header) {
    return header.moves_to && header.on(opening.reading->birth.digest) == *header.moves_to;
  });
}

/// Whether the storage shows that more than `step` was committed there, as far as can be told
/// without a key.
bool is_passed(const Survey& survey, const container::Step& step) {
  const auto passes = [&](const Digest& counter, const Mark& mark) {
    return counter == step.counter_id && mark.value > step.value;
  };
  return survey.holds([&](const auto& h) { return passes(h.counter_id, h.parent); }) ||
         std::ranges::any_of(survey.files, [&](const StoredFile& stored) {
           return std::ranges::any_of(stored.scan.notes, [&](const container::Note& note) {
             return passes(note.counter_id, note.mark);
           });
         });
}

/// Starting over above the mark of a move that is not finished would leave the lineage between two
/// counters.
void demand_no_unfinished_move(const Opening& opening) {
  if (!opening.reading) return;
  const auto* move = find_move(opening.survey, *opening.reading, *opening.options.counter);
  if (move == nullptr || is_passed(opening.survey, *move->moves_to)) return;
  throw Error(Code::exists, "the lineage \"" + opening.name + "\" is on its way to another counter",
              "restore it from " + opening.place.shown() +
                  " with both counters named, or start over once that succeeded");
}

/// Throws unless nothing of this name lives, as far as can be told without a key.
void demand_unborn(const Opening& opening) {
  if (!opening.reading && opening.survey.holds_generations()) {
    throw Error(
        Code::counter_behind,
        "the counter knows nothing of the lineage \"" + opening.name + "\", but " +
            opening.place.shown() + " holds generations of it",
        "bring the counter back, or name the counter that was used before, or start over to "
        "give the state up for good");
  }
  if (!opening.reading) return;
  if (!opening.at_birth()) refuse_existing(opening);
  if (is_moved_here(opening)) refuse(opening, unfinished_move());
  const Digest& id = opening.reading->birth.digest;
  const bool child = opening.survey.holds(
      [&](const auto& header) { return header.parent == opening.reading->birth; });
  if (!child && opening.survey.holds([&](const auto& h) { return h.counter_id != id; })) {
    throw Error(
        Code::wrong_counter, opening.place.shown() + " was written with another counter",
        "name the counter that it was created with, or start over to give the state up for good");
  }
}

/// From here on the lineage exists, whatever happens to the file.
void give_birth(Opening& opening) {
  const Mark birth{0, opening.environment.random.digest()};
  const Answer answer = ask(*opening.options.counter, opening.name, std::nullopt, birth);
  switch (answer.outcome) {
    case Answer::Outcome::committed:
      opening.reading = {birth, birth};
      return;
    case Answer::Outcome::conflict:
      throw Error(Code::exists,
                  "another instance started the lineage \"" + opening.name + "\" first",
                  "stop one of the two, or give them different files");
    case Answer::Outcome::unknown:
      throw Error(Code::counter_unavailable, "the start is not confirmed: " + answer.why,
                  "bring the counter back and start again");
  }
}

bool unused(const Opening& opening) {
  io::FileSystem& files = opening.environment.files;
  return files.type(opening.place.file()) == io::FileType::absent ||
         files.open(opening.place.file(), io::Access::read)->size() == 0;
}

/// Where generation 1 goes, and under which key.
struct FirstFile {
  SharedFile file;
  Keyring::Fresh key;
  bool only_secret = false;  ///< the counter may depend on it for good: it is never removed
};

/// Everything that generation 1 is made of.
struct FirstGeneration {
  Keyring::Fresh key;
  container::SessionId session;
  Proposed proposed;
  bool only_secret = false;
};

/// Where files keep their own names, generation 1 of a lineage takes FILE, unless something has it:
/// then, and when starting over, it goes where all others go.
SharedFile make_first_file(const Opening& opening, const container::FileHead& head) {
  const Environment& environment = opening.environment;
  const Place& place = opening.place;
  if (opening.publication.own_names() && !opening.options.start_over &&
      environment.files.type(place.file()) == io::FileType::absent) {
    try {
      return make_file(environment, place.file(), head);
    } catch (const Error&) {
      // Another instance was faster, or a crash left FILE so that the storage does not show it.
      if (environment.files.type(place.file()) == io::FileType::absent) throw;
    }
  }
  return make_file(environment, place.fresh(opening.publication, environment.random), head);
}

FirstFile make_first(const Opening& opening, const Keyring& keyring) {
  Random& random = opening.environment.random;
  container::FileHead head{
      {random.array<16>()},
      keyring.without_key() ? crypto::Cipher::none : crypto::preferred_cipher(),
      opening.name};
  Keyring::Fresh key = keyring.make(head.lineage, random);
  if (opening.counter_secret) {
    head.counter_secret = container::seal_counter_secret(*opening.counter_secret, *key.key,
                                                         key.slots, random.array<32>());
  }
  SharedFile file = make_first_file(opening, head);
  return {std::move(file), std::move(key)};
}

/// Before a counter exists that needs a secret, this must be where nothing can lose it.
std::optional<FirstFile> keep_secret(const Opening& opening, const Keyring& keyring) {
  if (!opening.counter_secret) return std::nullopt;
  FirstFile first = make_first(opening, keyring);
  sync_with_name(opening.environment.files, *first.file);
  first.only_secret = true;
  if (opening.publication.whole_files) return std::nullopt;  // it is never touched again
  return first;
}

void discard(io::FileSystem& files, LiveFile& file, bool only_secret) {
  if (only_secret) return discard_tail(file);
  discard_file(files, file.path);
}

/// Writes it durably, but asks nobody yet. Where files are renamed it takes an unused FILE at once,
/// so that FILE never begins with torn bytes; else it stays in a file of its own until the counter
/// has decided.
FirstGeneration write_first(const Opening& opening, FirstFile begun) {
  const Environment& environment = opening.environment;
  FirstGeneration first{std::move(begun.key),
                        {environment.random.array<16>()},
                        {.file = std::move(begun.file)},
                        begun.only_secret};
  const SharedFile& file = first.proposed.file;
  try {
    container::Proposal proposal;
    proposal.counter_id = opening.reading->birth.digest;
    proposal.parent = opening.reading->mark;
    proposal.value = opening.options.counter->next(proposal.parent, Root{}).value;
    proposal.session = first.session;
    proposal.number = 1;
    proposal.purpose = opening.options.start_over ? container::Purpose::start_over
                                                  : container::Purpose::checkpoint;
    proposal.policy = opening.options.policy;
    proposal.key_slots = first.key.slots;
    Increment whole = opening.chain->plan(opening.registry, environment.executor);
    const auto generation =
        write_generation({environment, *first.key.key, opening.options.progress}, *file, proposal,
                         [&](container::GenerationWriter& writer) { whole.save(writer); });
    opening.chain->wrote(file, generation, whole);
    first.proposed.history = {generation.offset};
    first.proposed.mark = opening.options.counter->next(proposal.parent, generation.root);
    if (!opening.publication.own_names() && !opening.options.start_over && unused(opening)) {
      environment.files.rename(file->path, opening.place.file());
      file->path = opening.place.file();
    }
    environment.files.sync_folder(file->path.parent_path());
    first.proposed.superseded =
        superseded(environment.files, opening.place, opening.publication, opening.name, file->path);
    return first;
  } catch (...) {
    discard(environment.files, *file, first.only_secret);
    throw;
  }
}

[[noreturn]] void refuse_unconfirmed(const Opening& opening, const Keyring& keyring,
                                     const std::string& why) {
  const std::string what =
      "the first generation in " + opening.place.shown() + " is durable but not confirmed: " + why;
  if (opening.options.start_over || keyring.without_key()) {
    throw Error(Code::counter_unavailable, what, "bring the counter back and start again");
  }
  throw Error(Code::unconfirmed, what, "bring the counter back and restore it");
}

}  // namespace

bool has_whole_child(const Opening& opening, Keyring& keyring) {
  if (!opening.at_birth()) return false;
  const Findings findings =
      interpret(opening.survey, *opening.reading, *opening.options.counter, keyring);
  return std::ranges::any_of(findings.pending, [&](const Candidate& child) {
    try {
      const container::GenerationReader reader(*child.stored->file, child.stored->scan.head,
                                               *child.generation, *child.key,
                                               opening.environment.executor);
      reader.authenticate();
      return true;
    } catch (const Error& error) {
      if (error.code() != Code::damaged) throw;
      return false;
    }
  });
}

namespace {

/// A counter that is back at the birth, although the storage proves that more was committed: going
/// on from there would give up the life that it lost. It is asked a second time before it is
/// accused.
void demand_kept_values(Opening& opening, Keyring& keyring) {
  for (bool second = false; opening.at_birth(); second = true) {
    const auto refused =
        refusal(interpret(opening.survey, *opening.reading, *opening.options.counter, keyring),
                opening.reading);
    if (!refused || refused->code != Code::counter_behind) return;
    if (second) refuse(opening, *refused);
    look(opening);
    demand_unborn(opening);
  }
}

}  // namespace

std::unique_ptr<Live> start(Opening opening, std::optional<Keyring> loaded) {
  if (opening.options.start_over) {
    demand_no_unfinished_move(opening);
  } else {
    demand_unborn(opening);
  }
  Keyring keyring = loaded ? std::move(*loaded)
                           : load_keyring(opening.key_source(), opening.name, key::Missing::make,
                                          opening.environment.files, opening.environment.random);
  if (!opening.options.start_over) {
    demand_kept_values(opening, keyring);
    if (has_whole_child(opening, keyring)) refuse_existing(opening);
  }
  std::optional<FirstFile> begun;
  if (!opening.reading) {
    begun = keep_secret(opening, keyring);
    give_birth(opening);
  }
  if (!begun) begun = make_first(opening, keyring);
  FirstGeneration first = write_first(opening, std::move(*begun));
  const Answer answer =
      ask(*opening.options.counter, opening.name, opening.reading->mark, first.proposed.mark);
  switch (answer.outcome) {
    case Answer::Outcome::committed:
      break;
    case Answer::Outcome::conflict:
      discard(opening.environment.files, *first.proposed.file, first.only_secret);
      throw Error(Code::exists,
                  "another instance was first to save the lineage \"" + opening.name + "\"",
                  "stop one of the two, or give them different files");
    case Answer::Outcome::unknown:
      refuse_unconfirmed(opening, keyring, answer.why);
  }
  const Policy policy = opening.options.policy;
  const Generation shown{first.proposed.mark.value};
  return std::make_unique<Live>(
      tenure_of(std::move(opening), std::move(first.key.key), std::move(first.key.slots),
                first.session, std::move(first.proposed), policy),
      shown);
}

std::unique_ptr<Live> create(const Environment& environment, Options options,
                             state::Registry& registry) {
  Opening opening = begin(environment, std::move(options), registry, Intent::create);
  auto keyring = unlock_counter(opening, Intent::create);
  look(opening);
  return start(std::move(opening), std::move(keyring));
}

}  // namespace tidemark::session
