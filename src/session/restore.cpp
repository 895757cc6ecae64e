#include <tidemark/error.h>

#include <algorithm>

#include "session/successor.h"

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
    if (opening.arrived == opening.reading->mark) findings.unfinished = false;
    const auto refused = refusal(findings, opening.reading);
    if (!refused) return findings;
    if (second || refused->code != Code::counter_behind) refuse(opening, *refused);
  }
}

/// Moves the counter to a successor of what was loaded, or under `single_use` to a mark with no
/// state behind it. Nothing if a dead instance's late request came first: then all begins again.
std::optional<Successor> take_over(const Opening& opening, const Findings& findings,
                                   Loaded& loaded) {
  const bool once = loaded.candidate.generation->header.policy == Policy::single_use;
  container::Proposal proposal;
  proposal.purpose = once ? container::Purpose::used : container::Purpose::take_over;
  Successor successor = write_successor(opening, {*opening.options.counter, *opening.reading},
                                        loaded, std::move(proposal));
  const Answer answer =
      ask(*opening.options.counter, opening.name, opening.reading->mark, successor.proposed.mark);
  if (answer.outcome == Answer::Outcome::committed) return successor;
  if (answer.outcome == Answer::Outcome::unknown) {
    throw Error(Code::counter_unavailable,
                opening.place.shown() + " was not taken over: " + answer.why,
                "bring the counter back and restore again");
  }
  discard(opening.environment.files, successor);
  if (was_seen({*opening.options.counter, *opening.reading}, findings, answer.found)) {
    return std::nullopt;
  }
  throw Error(Code::fenced, "another instance took " + opening.place.shown() + " over first",
              "stop one of the two");
}

void discard(state::Registry& registry) {
  for (const state::Entry& entry : registry.entries()) entry.section->discard();
}

std::unique_ptr<Live> go_live(Opening opening, const Loaded& loaded, Successor successor) {
  const container::GenerationHeader header =
      loaded.candidate.generation->header;  // not the opening's
  const std::uint64_t value = header.on(opening.reading->birth.digest).value;
  Tenure tenure = tenure_of(std::move(opening), loaded.candidate.key, header.key_slots,
                            successor.session, std::move(successor.proposed), header.policy);
  tenure.restored = true;
  return std::make_unique<Live>(std::move(tenure), Generation{value});
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
  if (opening.options.moved_from) bring_over(opening, *keyring);
  return resume(std::move(opening), std::move(*keyring));
}

std::unique_ptr<Live> open(const Environment& environment, Options options,
                           state::Registry& registry) {
  if (options.moved_from) return restore(environment, std::move(options), registry);
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
