#pragma once

#include <cstdint>
#include <functional>

namespace tidemark {

/// How far a save or a restore is.
struct Progress {
  std::uint64_t bytes_done = 0;   ///< bytes of state so far
  std::uint64_t bytes_total = 0;  ///< 0 where it is not known, as in a save
};

using ProgressCallback = std::function<void(const Progress&)>;

}  // namespace tidemark
