#include "tests/state/allocations.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> now = 0;
std::atomic<std::size_t> peak = 0;

}  // namespace

// The other forms of new and delete call these. What no machine has is refused here, since the
// malloc of a sanitizer would end the program.
void* operator new(std::size_t size) {
  constexpr std::size_t most = std::size_t{1} << 46;
  void* const memory = size < most ? std::malloc(size) : nullptr;
  if (memory == nullptr) throw std::bad_alloc();
  now += malloc_usable_size(memory);
  if (now > peak) peak = now.load();
  return memory;
}

void operator delete(void* memory) noexcept {
  now -= malloc_usable_size(memory);
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace tidemark::test {

std::size_t allocated_now() noexcept { return now; }
std::size_t allocated_peak() noexcept { return peak; }
void reset_peak() noexcept { peak = now.load(); }

}  // namespace tidemark::test
