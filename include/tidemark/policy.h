#pragma once

#include <cstdint>

namespace tidemark {

/// What a restore does to the generation that it loads: fixed in a lineage at its start.
enum class Policy : std::uint8_t {
  /// The restore is itself a checkpoint: whatever happens after it, the state can be restored
  /// again.
  hand_over = 1,

  /// What was loaded can be loaded by no other restore. A crash before the next checkpoint loses
  /// it,
  /// and the next restore is refused (`used_up`): for what must not be spent twice.
  single_use = 2,
};

}  // namespace tidemark
