#include "base/pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace tidemark {
namespace {

/// The pages that lie in `memory` as a whole, and no more.
void advise(MutableBytes memory, int advice) noexcept {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const std::uintptr_t skip = -reinterpret_cast<std::uintptr_t>(memory.data()) % page;
  if (memory.size() < skip + page) return;
  const MutableBytes pages = memory.subspan(skip);
  static_cast<void>(::madvise(pages.data(), pages.size() / page * page, advice));
}

}  // namespace

void prefer_large_pages(MutableBytes memory) noexcept { advise(memory, MADV_HUGEPAGE); }

void populate_pages(MutableBytes memory) noexcept { advise(memory, MADV_POPULATE_WRITE); }

}  // namespace tidemark
