#pragma once

#include <tidemark/counter.h>

#include <optional>
#include <vector>

#include "session/keyring.h"
#include "session/survey.h"

namespace tidemark::session {

/// A generation that a restore may take up. A move has a place on two counters; what it is, depends
/// on whose mark one looks from.
struct Candidate {
  const StoredFile* stored = nullptr;
  const container::FoundGeneration* generation = nullptr;
  SharedKey key{};
};

/// What the storage holds, seen from the mark that the counter shows. Everything in it but
/// `locked`, `altered` and `unreadable` comes from authentic generations alone. Points into the
/// survey.
struct Findings {
  /// Its mark is the counter's; the key is empty if it does not fit. The record of a `used` mark
  /// is found here too.
  std::optional<Candidate> committed{};

  /// The same in other files: copies, of which some may never have been finished.
  std::vector<Candidate> copies{};

  /// What may be rolled forward, newest state first: children of the counter's mark, and what the
  /// committed generation's own session proposed after it in its place.
  std::vector<Candidate> pending{};

  /// Moves from or to this counter that want to follow its mark. No candidates: only who knows both
  /// counters can tell what they are worth.
  std::vector<Root> moves{};

  /// Records by which restores wanted to use the counter's mark up.
  std::vector<Root> uses{};

  std::optional<std::uint64_t> proved{};  ///< the highest value that some generation or note proves
  std::optional<std::uint64_t> twice{};   ///< a value of which two marks are proved
  std::optional<std::uint64_t> newest{};  ///< the highest value of a generation of this counter
  bool other_digest = false;   ///< a generation of the counter's value, but not its digest
  bool other_counter = false;  ///< a generation of a counter with another id
  bool locked = false;         ///< a generation that the key does not open
  bool altered =
      false;  ///< a generation of the counter's value that the key should open, but does not
  bool unreadable = false;  ///< bytes that are no whole generation

  /// The mark is that of a move from this counter to another.
  bool moved_away = false;

  /// The mark is that of a move to this counter, or what such a move wants to follow.
  bool unfinished = false;
};

/// Whether the counter's mark used its parent's state up.
[[nodiscard]] bool is_used(const Findings& findings) noexcept;

/// Reads what the survey found in the light of `reading`. `counter` makes marks from roots.
[[nodiscard]] Findings interpret(const Survey& survey, const CounterReading& reading,
                                 const Counter& counter, Keyring& keyring);

/// The move whose mark the counter shows, as far as can be told without a key; null if there is
/// none in the storage.
[[nodiscard]] const container::GenerationHeader* find_move(const Survey& survey,
                                                           const CounterReading& reading,
                                                           const Counter& counter);

/// Whether the mark's value is known: 0 is the birth's, else it means that nobody could tell.
[[nodiscard]] bool is_named(const CounterReading& reading) noexcept;

struct Refusal {
  Code code{};
  std::string what{};
  std::string advice{};
};

/// Ends the advice where the counter lost values: nothing else is left if they do not come back.
inline constexpr const char* if_lost =
    "; if it is lost, only starting over is left, which gives the state up";

/// For a state that was given out already. `since`: what became of what was saved afterwards.
[[nodiscard]] Refusal used_up(const std::string& since);

/// For a move to this counter that has not come to its end.
[[nodiscard]] Refusal unfinished_move();

/// The recovery table: what to say where nothing may be restored; nothing if something may.
/// `reading` is empty if the counter is absent. The order of the rows is part of the protocol.
[[nodiscard]] std::optional<Refusal> refusal(const Findings& found,
                                             const std::optional<CounterReading>& reading);

}  // namespace tidemark::session
