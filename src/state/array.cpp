#include <tidemark/state.h>

#include <limits>

#include "base/pages.h"
#include "state/type.h"

namespace tidemark::state {
namespace {

/// Below this the faults cost little, and a large page that is half empty costs memory.
constexpr std::size_t worth_large_pages = std::size_t{8} << 20;

}  // namespace

std::size_t array_length(std::string_view section, const SectionType& expected,
                         const SectionType& saved, std::uint64_t bytes) {
  check_kind(section, expected, saved);
  if (bytes % expected.element_size != 0) {
    throw_misfit(section, "has " + std::to_string(bytes) + " bytes, which is no whole number of " +
                              std::to_string(expected.element_size) + "-byte elements");
  }
  if (bytes > std::numeric_limits<std::size_t>::max()) throw_out_of_memory(section);
  return static_cast<std::size_t>(bytes / expected.element_size);
}

void prefer_large_pages(std::span<std::byte> memory) noexcept {
  if (memory.size() >= worth_large_pages) tidemark::prefer_large_pages(memory);
}

}  // namespace tidemark::state
