#include "floor.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <thread>

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

double gigabytes_in(std::uint64_t bytes, Seconds time) {
  return static_cast<double>(bytes) / time.count() / 1e9;
}

}  // namespace

unsigned threads_of_a_session() { return std::clamp(std::thread::hardware_concurrency(), 1U, 4U); }

void touch_memory(std::size_t bytes) {
  const Pages pages(bytes, MADV_HUGEPAGE);
  for (std::size_t i = 0; i < bytes; i += 4096) pages.bytes()[i] = std::byte{1};
}

Seconds page_fault() {
  constexpr std::size_t number = 16384;
  touch_memory(number * 4096);
  const Pages pages(number * 4096, MADV_NOHUGEPAGE);
  const auto start = Clock::now();
  for (std::size_t i = 0; i < pages.bytes().size(); i += 4096) pages.bytes()[i] = std::byte{1};
  return Seconds(Clock::now() - start) / number;
}

void populate_read_decrypt(const std::filesystem::path& path, std::size_t bytes) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const Pages pages(bytes, MADV_HUGEPAGE);
  const auto sealer = tidemark::crypto::make_sealer(tidemark::crypto::Cipher::aes_256_gcm,
                                                    tidemark::crypto::Secret32{});
  const std::array<std::byte, 16> tag{};
  tidemark::ThreadPool pool(threads_of_a_session());
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

BareCipher::BareCipher(std::size_t bytes, Path path, unsigned threads)
    : into_(bytes), pool_(threads) {
  const OnPath on(path);
  sealer_ = tidemark::crypto::make_sealer(tidemark::crypto::Cipher::aes_256_gcm,
                                          tidemark::crypto::Secret32{});
}

void BareCipher::encrypt(const Numbers& numbers) {
  const auto plain = std::as_bytes(std::span(numbers));
  pool_.for_each(plain.size() / record_size, [&](std::size_t i) {
    std::array<std::byte, 16> tag{};
    sealer_->seal(i, {}, plain.subspan(i * record_size, record_size),
                  tidemark::MutableBytes(into_).subspan(i * record_size, record_size), tag);
  });
}

Need need_of_floors(const Extent& extent) {
  return {.what = "floors",
          .state = extent.bytes(),
          .memory = 2 * extent.bytes(),
          .disk = extent.bytes()};
}

void floors(const std::filesystem::path& folder, const Extent& extent, Report& report) {
  const Numbers numbers = some_numbers(extent.mebibytes);
  const std::uint64_t bytes = extent.bytes();
  std::printf("\nWhat the machine does, median of %d rounds; load %.1f\n",
              extent.rounds - warming(extent.rounds), load());
  const auto rate = [&](const std::string& name, Contender contender) {
    const auto result = measure({std::move(contender)}, extent.rounds).front();
    report.floor(name, gigabytes_in(bytes, result.median), "GB/s");
  };
  {
    Numbers copy(numbers.size());
    rate("memory, copied by one thread",
         {"copy", [&] { std::ranges::copy(numbers, copy.begin()); }});
  }
  for (const Path path : encrypting_paths()) {
    for (const unsigned threads : {1U, threads_of_a_session()}) {
      BareCipher cipher(bytes, path, threads);
      rate("AES-256-GCM, " + name_of(path) + ", " + std::to_string(threads) + " thread" +
               (threads == 1 ? "" : "s"),
           {"cipher", [&] { cipher.encrypt(numbers); }});
    }
  }
  const std::filesystem::path file = folder / "floor";
  rate("disk, written and synced",
       {"disk", [&] { write_raw(file, numbers); }, [&] { settle(folder); },
        [&] { std::filesystem::remove(file); }});
  const auto fault = [] { return page_fault(); };
  std::vector<Seconds> faults(5);
  std::ranges::generate(faults, fault);
  report.floor("page fault, small pages", summary("fault", faults).median.count() * 1e6, "us");
}

}  // namespace bench
