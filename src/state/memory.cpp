#include "state/memory.h"

#include <algorithm>

#include "state/type.h"

namespace tidemark::state {

void MemorySection::load(Source& source, const SectionType& saved) {
  check_kind(name_, type(), saved);
  if (source.remaining() != memory_.size()) {
    throw_misfit(name_, "has " + std::to_string(source.remaining()) +
                            " bytes, this program has room for exactly " +
                            std::to_string(memory_.size()));
  }
  overwritten_ = true;
  source.read(memory_);
}

void MemorySection::discard() noexcept {
  if (overwritten_) std::ranges::fill(memory_, std::byte{});
  overwritten_ = false;
}

}  // namespace tidemark::state
