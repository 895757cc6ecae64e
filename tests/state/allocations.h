#pragma once

#include <cstddef>

namespace tidemark::test {

/// Bytes in use from operator new now, and the most there were since `reset_peak`.
[[nodiscard]] std::size_t allocated_now() noexcept;
[[nodiscard]] std::size_t allocated_peak() noexcept;
void reset_peak() noexcept;

}  // namespace tidemark::test
