#pragma once

#include <tidemark/counter.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace tidemark::counter {

inline constexpr std::size_t slot_size = 4096;

/// One of the two slots of a counter file: what the counter held after one of its advances. In the
/// file it is a block of 4096 bytes, numbers little-endian:
///
///     offset  size
///          0     8  magic, the bytes "TIDECNTR"
///          8     4  version of this format, 1
///         12     4  zero
///         16     8  sequence number
///         24    32  SHA-256 of the lineage's name
///         56    40  birth: value (8), digest (32)
///         96    40  mark: value (8), digest (32)
///        136  3928  zeros
///       4064    32  SHA-256 of the 4064 bytes before it
struct Slot {
  std::uint64_t sequence = 0;
  Digest lineage{};
  Mark birth{};
  Mark mark{};
  auto operator<=>(const Slot&) const = default;
};

[[nodiscard]] Buffer encode(const Slot& slot);

/// Nothing if the block, of slot_size bytes, is not whole: its checksum does not fit. Throws Error
/// (`counter_unavailable`) if it is whole and nothing that this version could have written.
[[nodiscard]] std::optional<Slot> decode_slot(Bytes block);

}  // namespace tidemark::counter
