#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <span>
#include <stdexcept>

#include "opened.h"
#include "peers.h"

namespace bench {
namespace {

constexpr std::size_t piece_size = std::size_t{4} << 20;

/// Calls `some(piece)` until all of `bytes` are done; it returns how many it did.
template <class Byte, class Some>
void in_pieces(std::span<Byte> bytes, Some some) {
  while (!bytes.empty()) {
    const ssize_t done = some(bytes.first(std::min(bytes.size(), piece_size)));
    if (done <= 0) throw std::runtime_error("the disk refuses");
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
}

}  // namespace

void sync(const std::filesystem::path& path) {
  const Opened file(path, O_RDWR);
  if (::fsync(file.get()) != 0) throw std::runtime_error("the disk refuses to sync");
}

void settle(const std::filesystem::path& folder) {
  const Opened any(folder, O_RDONLY);
  ::syncfs(any.get());
  ::syncfs(any.get());  // what the first one freed is given back after it
}

void write_raw(const std::filesystem::path& path, const Numbers& numbers) {
  const Opened file(path, O_WRONLY | O_CREAT | O_EXCL);
  in_pieces(std::as_bytes(std::span(numbers)),
            [&](auto piece) { return ::write(file.get(), piece.data(), piece.size()); });
  if (::fsync(file.get()) != 0) throw std::runtime_error("the disk refuses to sync");
}

void read_raw(const std::filesystem::path& path, Numbers& numbers) {
  const Opened file(path, O_RDONLY);
  numbers.resize(std::filesystem::file_size(path) / sizeof(double));
  in_pieces(std::as_writable_bytes(std::span(numbers)),
            [&](auto piece) { return ::read(file.get(), piece.data(), piece.size()); });
}

std::vector<Peer> peers() {
  std::vector<Peer> found;
#ifdef TIDEMARK_BENCH_BOOST
  found.push_back(boost_serialization());
#else
  std::fprintf(stderr, "tidemark-bench: built without Boost.Serialization, so it is left out\n");
#endif
  found.push_back(cereal_binary());
  return found;
}

}  // namespace bench
