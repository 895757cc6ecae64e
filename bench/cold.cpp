#include "cold.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "opened.h"
#include "peers.h"

namespace bench {
namespace {

double share_in_cache(const Opened& file, std::size_t size) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* const start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (start == MAP_FAILED) throw std::runtime_error("cannot map a file");
  std::vector<unsigned char> pages((size + page - 1) / page);
  const int result = ::mincore(start, size, pages.data());
  ::munmap(start, size);
  if (result != 0) throw std::runtime_error("cannot ask what is in the cache");
  const auto there =
      std::ranges::count_if(pages, [](unsigned char state) { return (state & 1U) != 0; });
  return static_cast<double>(there) / static_cast<double>(pages.size());
}

}  // namespace

bool drop_from_cache(const std::filesystem::path& path) {
  sync(path);
  const Opened file(path, O_RDONLY);
  // A few pages may be in use for a moment.
  return ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED) == 0 &&
         share_in_cache(file, std::filesystem::file_size(path)) < 0.01;
}

}  // namespace bench
