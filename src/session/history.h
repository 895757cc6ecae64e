#pragma once

#include <cstdint>
#include <vector>

#include "session/live_file.h"

namespace tidemark::session {

/// Where the newest committed generations of a file begin, oldest first: the mark's own and those
/// before it, records of `used` marks left out.
using History = std::vector<std::uint64_t>;

/// Of the generation that has the mark read and those that it came from under the same counter, as
/// far as `scan` shows them, but no more than `most`. The roots tell, so that nothing need be
/// opened.
[[nodiscard]] History history_of(const container::FileScan& scan, const Counter& counter,
                                 const CounterReading& reading, std::size_t most);

/// The same with one more at its end, and no more than `most`.
[[nodiscard]] History with_newest(History history, std::uint64_t offset, std::size_t most);

/// Copies the newest `number` generations of `history`, byte for byte and with those that they
/// refer to, to the end of `target`, which holds nothing yet. Says where they begin there; nothing
/// if they cannot be read, since they are not worth a save that fails. Throws Error (`failed`).
[[nodiscard]] History carry(io::File& from, const History& history, std::size_t number,
                            LiveFile& target);

}  // namespace tidemark::session
