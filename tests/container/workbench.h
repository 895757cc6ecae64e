#pragma once

#include <atomic>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <tidemark/error.h>

#include "base/executor.h"
#include "base/random.h"
#include "container/reader.h"
#include "container/writer.h"
#include "key/source.h"

/// What the tests of the container share: files in memory, predictable randomness, and short ways
/// to write and read generations.
namespace tidemark::container {

/// A file in memory that counts what is asked of it.
class MemoryFile final : public io::File {
 public:
  MemoryFile() = default;
  explicit MemoryFile(Buffer bytes) : content(std::move(bytes)) {}

  [[nodiscard]] std::size_t read_at(std::uint64_t offset, MutableBytes into) override;
  void write_at(std::uint64_t offset, Bytes bytes) override;
  void resize(std::uint64_t size) override { content.resize(static_cast<std::size_t>(size)); }
  void sync() override {}
  [[nodiscard]] std::uint64_t size() override { return content.size(); }
  [[nodiscard]] const std::filesystem::path& path() const noexcept override { return path_; }

  Buffer content{};
  std::atomic<std::uint64_t> bytes_read = 0;
  std::uint64_t writes = 0;

 private:
  std::filesystem::path path_ = "/memory/dump.dat";
};

/// The same bytes for the same seed.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(MutableBytes into) override;

 private:
  std::mt19937_64 engine_;
};

/// A section and what it holds.
struct Content {
  std::string name{};
  SectionType type{SectionKind::memory, ElementKind::none, 0, 0};
  Buffer bytes{};
  bool operator==(const Content&) const = default;
};
using Contents = std::vector<Content>;

[[nodiscard]] Buffer random_bytes(std::size_t size, std::uint64_t seed);
[[nodiscard]] Content section(std::string name, Buffer bytes);

/// 32 bytes that count up from 0: the key that the program is given in these tests.
[[nodiscard]] std::unique_ptr<key::Unlocker> given_key();
[[nodiscard]] std::unique_ptr<key::Unlocker> wrong_key();

/// The passphrase that it is given, with more behind it or not; makes slots of the smallest cost.
[[nodiscard]] std::unique_ptr<key::Unlocker> given_passphrase(std::string_view more = "");

/// One file and all that it takes to write to it.
class Workbench {
 public:
  explicit Workbench(crypto::Cipher cipher = crypto::Cipher::aes_256_gcm, std::uint64_t seed = 1,
                     std::string name = "workbench");

  /// A proposal that succeeds what was written last.
  [[nodiscard]] Proposal next() const;

  /// The same, to move the lineage to another counter, which knows nothing yet.
  [[nodiscard]] Proposal next_move();

  /// Writes a generation behind the last item.
  FoundGeneration write(const Contents& contents) { return write(contents, next()); }
  FoundGeneration write(const Contents& contents, Proposal proposal);

  /// Writes one that holds nothing itself.
  FoundGeneration refer_to(const FoundGeneration& base);

  /// Writes one that holds these pieces of its one section, and inherits the rest.
  FoundGeneration write_changes(const FoundGeneration& base, const Content& content,
                                std::vector<Run> runs);

  void write_note(const FoundGeneration& committed);

  [[nodiscard]] GenerationReader open(const FoundGeneration& found);
  [[nodiscard]] Contents read(const FoundGeneration& found);

  MemoryFile file{};
  FileHead head{};
  LineageKey key;
  std::vector<Buffer> slots{};
  SeededRandom random;
  InlineExecutor inline_executor{};
  Executor* executor = &inline_executor;
  std::uint64_t end = 0;
  Mark mark{};
  Digest counter_id{};
};

[[nodiscard]] Contents read_all(GenerationReader& reader);

/// The mark that most counters give.
[[nodiscard]] Mark mark_of(const FoundGeneration& found);

/// Repairs a header's checksum after its fields were changed.
void fix_checksum(Buffer& content, std::uint64_t offset);

/// Calls `work` and says which code it threw; `ok` if none.
template <class Work>
Code code_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  return Code::ok;
}

}  // namespace tidemark::container
