#pragma once

#include <cstddef>
#include <cstdint>

namespace bench {

/// How large what is measured is.
struct Extent {
  std::size_t mebibytes = 1024;  ///< of the array
  int rounds = 6;

  [[nodiscard]] std::uint64_t bytes() const noexcept { return std::uint64_t{mebibytes} << 20; }
};

}  // namespace bench
