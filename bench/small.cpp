#include "small.h"

#include <fcntl.h>
#include <tidemark/tidemark.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include "measure.h"

namespace bench {
namespace {

constexpr int rounds = 1000;
constexpr std::size_t generation_size = 4096;  // what a small generation takes in the file

/// Appends to a file with bare system calls.
class BareFile {
 public:
  explicit BareFile(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}
  BareFile(const BareFile&) = delete;
  BareFile& operator=(const BareFile&) = delete;
  ~BareFile() { ::close(file_); }

  void append_and_sync() const {
    const std::array<char, generation_size> bytes{};
    if (::write(file_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
        ::fdatasync(file_) != 0) {
      throw std::runtime_error("the disk refuses");
    }
  }

 private:
  int file_;
};

/// A lineage of a few numbers.
class SmallLineage {
 public:
  SmallLineage(const std::filesystem::path& folder, const std::string& name, const std::string& key)
      : session_(open(folder, name, key)) {}

  void checkpoint() {
    ++numbers_[0];
    session_.checkpoint();
  }

 private:
  tidemark::Session open(const std::filesystem::path& folder, const std::string& name,
                         const std::string& key) {
    state_.array("numbers", numbers_);
    return tidemark::Session::create(
        {.file = folder / (name + ".dat"),
         .lineage = name,
         .counter = tidemark::open_counter("file:" + (folder / "counters").string()),
         .key = tidemark::open_key(key)},
        state_);
  }

  std::vector<std::uint64_t> numbers_ = std::vector<std::uint64_t>(16);
  tidemark::State state_;
  tidemark::Session session_;
};

}  // namespace

void small_checkpoint(const std::filesystem::path& folder) {
  BareFile first(folder / "first");
  BareFile second(folder / "second");
  const std::string key = "env:TIDEMARK_BENCH_KEY";
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs yet
  ::setenv("TIDEMARK_BENCH_KEY", std::string(64, '7').c_str(), 1);
  SmallLineage encrypted(folder, "encrypted", key);
  SmallLineage plain(folder, "plain", "none");
  print("A small checkpoint with the file: counter, " + std::to_string(rounds) + " rounds",
        measure({{"append and fdatasync of the same bytes, twice",
                  [&] {
                    first.append_and_sync();
                    second.append_and_sync();
                  }},
                 {"checkpoint, encrypted", [&] { encrypted.checkpoint(); }},
                 {"checkpoint, without a key", [&] { plain.checkpoint(); }}},
                rounds));
}

}  // namespace bench
