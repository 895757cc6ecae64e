#include <gtest/gtest.h>

#include <algorithm>

#include "tests/container/workbench.h"
#include "tests/state/allocations.h"

namespace tidemark::container {
namespace {

constexpr SectionType memory_type{SectionKind::memory, ElementKind::none, 0, 0};

/// A file that keeps what matters for reading the shape of the writes, and no bulk.
class Sinkhole final : public io::File {
 public:
  [[nodiscard]] std::size_t read_at(std::uint64_t /*offset*/, MutableBytes /*into*/) override {
    return 0;
  }
  void write_at(std::uint64_t offset, Bytes bytes) override {
    size_ = std::max(size_, offset + bytes.size());
  }
  void resize(std::uint64_t size) override { size_ = size; }
  void sync() override {}
  [[nodiscard]] std::uint64_t size() override { return size_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept override { return path_; }

 private:
  std::uint64_t size_ = 0;
  std::filesystem::path path_ = "/nowhere";
};

TEST(Streaming, TakesAFewMegabytesWhateverTheSize) {
  const Workbench bench;
  const Buffer state = random_bytes(64 * record_size, 1);
  ThreadPool pool(2);
  Sinkhole file;
  SeededRandom random(1);
  test::reset_peak();
  const std::size_t before = test::allocated_now();
  GenerationWriter writer({bench.head, bench.key, pool, random}, {file, bench.end}, bench.next());
  writer.add("s", memory_type, [&](Sink& sink) { sink.write(state); });
  const auto found = writer.finish();
  EXPECT_GT(file.size(), state.size());
  EXPECT_EQ(found.header.index_length, 2 + 1 + 1 + 2 + 4 + 4 + 8 + 4 + 16 + 2 + 64 * 16 + 16U);
  EXPECT_LT(test::allocated_peak() - before, 16 * record_size);
}

TEST(Streaming, RestoresInPlace) {
  Workbench bench;
  const auto found = bench.write({section("s", random_bytes(32 * record_size + 3, 1))});
  Buffer state(32 * record_size + 3);
  ThreadPool pool(2);
  test::reset_peak();
  const std::size_t before = test::allocated_now();
  GenerationReader reader(bench.file, bench.head, found, bench.key, pool);
  reader.section(0)->read(state);
  EXPECT_LT(test::allocated_peak() - before, record_size / 4);
}

}  // namespace
}  // namespace tidemark::container
