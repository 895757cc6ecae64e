#include "session/findings.h"

#include <algorithm>
#include <iterator>
#include <list>
#include <map>
#include <span>

#include "container/reader.h"
#include "crypto/hash.h"

namespace tidemark::session {
namespace {

/// Interprets generation by generation; `interpret` is its one user.
class Interpreter {
 public:
  Interpreter(const CounterReading& reading, const Counter& counter, Keyring& keyring)
      : reading_(reading), counter_(counter), keyring_(keyring) {
    if (is_named(reading)) proofs_.emplace(reading.mark.value, reading.mark.digest);
  }

  void find_committed(const StoredFile& stored) {
    for (const auto& generation : stored.scan.generations) {
      const auto& header = generation.header;
      const container::Step at = header.on(reading_.birth.digest);
      if (at.counter_id == reading_.birth.digest && at.value == reading_.mark.value &&
          at.parent.value < at.value &&
          counter_.next(at.parent, generation.root) == reading_.mark) {
        const Candidate candidate{&stored, &generation, keyring_.open(stored.scan.head, header)};
        if (findings_.committed) {
          findings_.copies.push_back(candidate);
        } else {
          findings_.committed = candidate;
          if (header.moves_to) mark_is_a_moves(header.moves_to == at);
        }
      }
    }
  }

  void take(const StoredFile& stored) {
    for (const auto& generation : stored.scan.generations) take(stored, generation);
    findings_.unreadable |= stored.scan.unreadable && !stored.scan.unfinished;
  }

  /// Once all generations were taken: a note may lie in a file before the one whose key it is
  /// under.
  void take_notes(const StoredFile& stored) {
    for (const auto& note : stored.scan.notes) take(stored, note);
  }

  Findings finish() {
    findings_.pending = ranked(pending_);
    return std::move(findings_);
  }

 private:
  void take(const StoredFile& stored, const container::FoundGeneration& generation) {
    const auto& header = generation.header;
    const container::Step at = header.on(reading_.birth.digest);
    const SharedKey key = keyring_.open(stored.scan.head, header);
    if (!key) {
      findings_.locked = true;
      return;
    }
    if (!container::open_index(*stored.file, stored.scan.head, generation, *key)) {
      findings_.altered |=
          at.counter_id == reading_.birth.digest && at.value == reading_.mark.value;
      return;
    }
    keys_.push_back(key);
    if (at.counter_id != reading_.birth.digest) {
      findings_.other_counter = true;
      return;
    }
    findings_.newest = std::max(findings_.newest.value_or(0), at.value);
    prove(at.parent);
    if (is_committed(generation)) return;
    if (at.value == reading_.mark.value) findings_.other_digest = true;
    if (header.moves_to) {
      if (at.parent != reading_.mark) return;
      findings_.moves.push_back(generation.root);
      findings_.unfinished |= header.moves_to == at;
      return;
    }
    if (!may_be_rolled_forward(stored, header)) return;
    if (header.parent != reading_.mark && !is_proposed_instead(header)) return;
    if (header.purpose == container::Purpose::used) {
      findings_.uses.push_back(generation.root);
    } else {
      pending_.push_back({&stored, &generation, key});
    }
  }

  void mark_is_a_moves(bool to_this_counter) {
    (to_this_counter ? findings_.unfinished : findings_.moved_away) = true;
  }

  void take(const StoredFile& stored, const container::Note& note) {
    if (note.counter_id != reading_.birth.digest) return;
    const bool authentic = std::ranges::any_of(keys_, [&](const SharedKey& key) {
      return key->lineage() == stored.scan.head.lineage &&
             crypto::equal(key->authenticate(note).bytes, note.authenticator.bytes);
    });
    if (authentic) prove(note.mark);
  }

  void prove(const Mark& mark) {
    findings_.proved = std::max(findings_.proved.value_or(0), mark.value);
    const auto known = proofs_.emplace(mark.value, mark.digest).first;
    if (known->second != mark.digest) findings_.twice = mark.value;
  }

  [[nodiscard]] bool is_committed(const container::FoundGeneration& generation) const {
    return findings_.committed && findings_.committed->generation->root == generation.root;
  }

  /// Whether it continues the mark's lineage, under the key that the mark's own generation names; a
  /// birth names none. Without a key anyone could have written it.
  [[nodiscard]] bool may_be_rolled_forward(const StoredFile& stored,
                                           const container::GenerationHeader& header) const {
    if (header.purpose == container::Purpose::start_over || keyring_.without_key()) return false;
    if (reading_.mark == reading_.birth) return true;
    return findings_.committed &&
           findings_.committed->stored->scan.head.lineage == stored.scan.head.lineage &&
           findings_.committed->generation->header.key_commitment == header.key_commitment;
  }

  /// Whether the committed generation's own session proposed this one later, in its place: the
  /// session had no answer for the first, which was applied all the same.
  [[nodiscard]] bool is_proposed_instead(const container::GenerationHeader& header) const {
    if (!findings_.committed) return false;
    const auto& committed = findings_.committed->generation->header;
    return header.session == committed.session && header.proposal > committed.proposal &&
           header.parent == committed.parent;
  }

  /// Newest first, by the state that they hold. Lowest is a take-over of the committed generation;
  /// then what sessions proposed, each session's by number; a copy just above what it copied.
  /// Between unrelated ones the storage's order decides, which is how they come in here.
  static std::vector<Candidate> ranked(std::span<const Candidate> candidates) {
    std::vector<Candidate> order;  // oldest first
    std::list<Candidate> copies;
    for (const Candidate& candidate : candidates) {
      const auto& header = candidate.generation->header;
      if (header.copied) {
        copies.push_back(candidate);
      } else if (header.purpose == container::Purpose::take_over) {
        order.insert(order.begin(), candidate);
      } else {
        order.insert(position_of(order, candidate), candidate);
      }
    }
    while (!copies.empty()) {  // a copy may have been copied
      const auto next = std::ranges::find_if(
          copies, [&](const Candidate& copy) { return original_of(order, copy) != order.end(); });
      const auto copy = next == copies.end() ? copies.begin() : next;
      const auto original = original_of(order, *copy);
      order.insert(original == order.end() ? original : std::next(original), *copy);
      copies.erase(copy);
    }
    std::ranges::reverse(order);
    return order;
  }

  /// Where a proposal goes: below its own session's later ones, else on top.
  static std::vector<Candidate>::iterator position_of(std::vector<Candidate>& order,
                                                      const Candidate& candidate) {
    const auto& header = candidate.generation->header;
    return std::ranges::find_if(order, [&](const Candidate& other) {
      const auto& above = other.generation->header;
      return above.session == header.session && above.proposal > header.proposal;
    });
  }

  static std::vector<Candidate>::iterator original_of(std::vector<Candidate>& order,
                                                      const Candidate& copy) {
    return std::ranges::find(order, copy.generation->header.copied, [](const Candidate& other) {
      return std::optional<Root>(other.generation->root);
    });
  }

  const CounterReading& reading_;
  const Counter& counter_;
  Keyring& keyring_;
  std::vector<SharedKey> keys_;
  std::map<std::uint64_t, Digest> proofs_;
  std::vector<Candidate> pending_;
  Findings findings_;
};

}  // namespace

bool is_named(const CounterReading& reading) noexcept {
  return reading.mark.value != 0 || reading.mark == reading.birth;
}

bool is_used(const Findings& findings) noexcept {
  return findings.committed &&
         findings.committed->generation->header.purpose == container::Purpose::used;
}

Findings interpret(const Survey& survey, const CounterReading& reading, const Counter& counter,
                   Keyring& keyring) {
  Interpreter interpreter(reading, counter, keyring);
  for (const StoredFile& stored : survey.files) interpreter.find_committed(stored);
  for (const StoredFile& stored : survey.files) interpreter.take(stored);
  for (const StoredFile& stored : survey.files) interpreter.take_notes(stored);
  return interpreter.finish();
}

const container::GenerationHeader* find_move(const Survey& survey, const CounterReading& reading,
                                             const Counter& counter) {
  for (const StoredFile& stored : survey.files) {
    for (const auto& generation : stored.scan.generations) {
      const Mark parent = generation.header.on(reading.birth.digest).parent;
      if (generation.header.moves_to &&
          counter.next(parent, generation.root).digest == reading.mark.digest) {
        return &generation.header;
      }
    }
  }
  return nullptr;
}

namespace {

struct Row {
  bool applies;
  Code code;
  std::string what;
  std::string advice;
};

std::string number(std::uint64_t value) { return std::to_string(value); }

}  // namespace

Refusal used_up(const std::string& since) {
  return {Code::used_up, "its state was loaded once already, and " + since,
          "start over; a lineage of the policy single_use gives each state out once"};
}

Refusal unfinished_move() {
  return {Code::wrong_counter, "the move to this counter is not finished",
          "restore once more, and name the counter that it is moved from too"};
}

std::optional<Refusal> refusal(const Findings& found,
                               const std::optional<CounterReading>& reading) {
  const std::uint64_t value = reading ? reading->mark.value : 0;
  const bool born = reading && reading->mark == reading->birth;
  const bool named = !reading || is_named(*reading);
  const std::string counters = named ? "generation " + number(value) : "the counter's generation";
  const std::uint64_t newest = found.newest.value_or(0);
  const std::uint64_t proved = found.proved.value_or(0);
  const bool restorable = !found.pending.empty() || (found.committed && found.committed->key);
  const std::string other_copy = "put back the newest copy of the file";
  const Refusal used = used_up("nothing was saved since");
  const Refusal unfinished = unfinished_move();

  const Row table[] = {
      {named && found.proved && proved > value, Code::counter_behind,
       "the counter shows generation " + number(value) + ", but the file proves that generation " +
           number(proved) + " was committed",
       std::string("bring the counter back as it was after the last save") + if_lost},
      {found.twice.has_value(), Code::counter_behind,
       "generation " + number(found.twice.value_or(0)) +
           " was committed twice: the counter lost values, and then went another way",
       std::string("bring the counter back as it was after the last save") + if_lost},
      {found.committed && !found.committed->key, Code::wrong_key,
       "the key does not open generation " + number(value), "give the key of this lineage"},
      {is_used(found) && found.pending.empty(), used.code, used.what, used.advice},
      {found.moved_away, Code::wrong_counter,
       counters + " moved the lineage from this counter to another",
       "name the counter that it was moved to; until the move is finished, also this one, as the "
       "one that it is moved from"},
      {found.unfinished, unfinished.code, unfinished.what, unfinished.advice},
      {restorable, Code::ok, "", ""},
      {found.altered, Code::damaged, "generation " + number(value) + " is damaged", other_copy},
      {found.other_digest, Code::forked,
       "the file holds another generation " + number(value) + " than the one the counter confirms",
       "find the file that the newest instance saved to; this one was overtaken"},
      {found.newest && found.unreadable, Code::damaged,
       counters + " is damaged or cut off; the newest whole one is " + number(newest), other_copy},
      {found.newest.has_value(), Code::stale,
       "an old copy: its newest generation is " + number(newest) + ", the counter is at " +
           (named ? number(value) : "one that is not in it"),
       other_copy},
      {found.locked, Code::wrong_key, "the key does not open what is in the file",
       "give the key of this lineage"},
      {found.other_counter, Code::wrong_counter,
       "the file was written with another counter than this one",
       "name the counter that this lineage was created with, or moved to"},
      {found.unreadable && !born, Code::damaged, "no whole generation is left in the file",
       other_copy},
      {!born, Code::damaged, "the file holds no generation, although the counter is at " + counters,
       other_copy},
  };
  for (const Row& row : table) {
    if (!row.applies) continue;
    if (row.code == Code::ok) return std::nullopt;
    return Refusal{row.code, row.what, row.advice};
  }
  return Refusal{Code::no_checkpoint, "nothing was ever saved here", "start without restoring"};
}

}  // namespace tidemark::session
