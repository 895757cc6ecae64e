#pragma once

#include <compare>
#include <cstdint>

namespace tidemark {

/// Counts a lineage's checkpoints, upward from 1. Take-overs use numbers up too.
struct Generation {
  std::uint64_t value = 0;
  auto operator<=>(const Generation&) const = default;
};

}  // namespace tidemark
