#pragma once

#include "session/opening.h"

/// What a restore loads, and what it writes to move a counter beyond that.
namespace tidemark::session {

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

/// What is pending, newest first, then the committed generation. A power cut can leave a pending
/// generation, or a copy that was being carried to another file, with a good end and a lost middle.
[[nodiscard]] Loaded load_newest(Opening& opening, const Findings& findings);

/// The committed generation, from the first whole one of its copies.
[[nodiscard]] Loaded load_committed(Opening& opening, const Findings& findings);

/// The counter that is to move on, and where it stands.
struct Seat {
  const Counter& counter;
  const CounterReading& reading;
};

/// What moves the counter beyond what was loaded.
struct Successor {
  container::SessionId session;
  Proposed proposed;
  std::optional<std::uint64_t> offset{};  ///< where it begins in a file that was there before
  Root root{};
};

/// Writes it durably, but asks nobody yet. `proposal` has its purpose, and what goes with that.
/// `head`, if it needs another one than what was loaded has: then it goes into a file of its own,
/// which begins with nothing else.
[[nodiscard]] Successor write_successor(
    const Opening& opening, const Seat& seat, Loaded& loaded, container::Proposal proposal,
    const std::optional<container::FileHead>& head = std::nullopt);

/// Whether the counter moved to something that the scan had seen coming.
[[nodiscard]] bool was_seen(const Seat& seat, const Findings& findings,
                            const std::optional<CounterReading>& found);

/// Takes back a successor that the counter will never know.
void discard(io::FileSystem& files, Successor& successor);

}  // namespace tidemark::session
