#include "floor.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <thread>

#include "base/executor.h"
#include "crypto/cipher.h"

namespace bench {
namespace {

constexpr std::size_t piece_size = std::size_t{2} << 20;
constexpr std::size_t record_size = std::size_t{1} << 20;

/// Fresh pages from the system.
class Pages {
 public:
  Pages(std::size_t size, int advice)
      : size_(size),
        start_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (start_ == MAP_FAILED) throw std::runtime_error("no memory");
    ::madvise(start_, size, advice);
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages() { ::munmap(start_, size_); }

  [[nodiscard]] std::span<std::byte> bytes() const noexcept {
    return {static_cast<std::byte*>(start_), size_};
  }

 private:
  std::size_t size_;
  void* start_;
};

}  // namespace

void touch_memory(std::size_t bytes) {
  const Pages pages(bytes, MADV_HUGEPAGE);
  for (std::size_t i = 0; i < bytes; i += 4096) pages.bytes()[i] = std::byte{1};
}

Seconds page_fault() {
  constexpr std::size_t number = 16384;
  touch_memory(number * 4096);
  const Pages pages(number * 4096, MADV_NOHUGEPAGE);
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < pages.bytes().size(); i += 4096) pages.bytes()[i] = std::byte{1};
  return Seconds(std::chrono::steady_clock::now() - start) / number;
}

void populate_read_decrypt(const std::filesystem::path& path, std::size_t bytes) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const Pages pages(bytes, MADV_HUGEPAGE);
  const auto sealer = tidemark::crypto::make_sealer(tidemark::crypto::Cipher::aes_256_gcm,
                                                    tidemark::crypto::Secret32{});
  const std::array<std::byte, 16> tag{};
  tidemark::ThreadPool pool(std::clamp(std::thread::hardware_concurrency(), 1U, 4U));
  pool.for_each(bytes / piece_size, [&](std::size_t i) {
    const auto piece = pages.bytes().subspan(i * piece_size, piece_size);
    ::madvise(piece.data(), piece.size(), MADV_POPULATE_WRITE);
    for (std::size_t at = 0; at < piece_size; at += record_size) {
      const auto record = piece.subspan(at, record_size);
      const auto offset = static_cast<off_t>(i * piece_size + at);
      if (::pread(file, record.data(), record.size(), offset) !=
          static_cast<ssize_t>(record_size)) {
        throw std::runtime_error("the disk refuses to read");
      }
      (void)sealer->open(0, {}, record, tag, record);
    }
  });
  ::close(file);
}

}  // namespace bench
