#include "io/write_behind.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <csignal>
#include <future>

#include "io/posix.h"
#include "io/simulated.h"
#include "tests/io/helpers.h"

namespace tidemark::io {
namespace {

using Where = WriteBehind::Where;

Buffer piece_of(std::size_t size, int value) { return Buffer(size, static_cast<std::byte>(value)); }

class WriteBehindTest : public testing::TestWithParam<Where> {
 protected:
  WriteBehindTest() { files.make_folders("/data"); }

  SimulatedFileSystem files;
  std::unique_ptr<File> file = (files.make_folders("/data"), files.create("/data/file"));
};

INSTANTIATE_TEST_SUITE_P(Both, WriteBehindTest,
                         testing::Values(Where::other_thread, Where::calling_thread));

TEST_P(WriteBehindTest, WritesInOrderWhateverTheSizes) {
  Buffer expected(100);
  WriteBehind behind(*file, expected.size(), GetParam());
  Buffer buffer;
  for (std::size_t i = 0; i < 200; ++i) {
    const std::size_t size = i * 37 % 101;
    const Buffer piece = piece_of(size, static_cast<int>(i));
    if (buffer.size() < size) buffer.resize(size + 10);
    std::ranges::copy(piece, buffer.begin());
    behind.put(buffer, size, size);
    expected.insert(expected.end(), piece.begin(), piece.end());
  }
  behind.wait();
  EXPECT_EQ(files.contents("/data/file"), expected);
}

TEST_P(WriteBehindTest, HandsAFailureOverAndWritesNoMore) {
  files.fail_at(3, ENOSPC);  // two for each piece: the write, and the hint that it may go to disk
  WriteBehind behind(*file, 0, GetParam());
  const std::string failure = failure_of([&] {
    for (int i = 1; i < 100; ++i) {
      Buffer buffer = piece_of(10, i);
      behind.put(buffer, 10, 10);
    }
    behind.wait();
  });
  EXPECT_NE(failure.find("/data/file"), std::string::npos) << failure;
  EXPECT_LE(file->size(), 20U);
}

TEST_P(WriteBehindTest, HandsACrashOver) {
  files.stop_at(2);
  WriteBehind behind(*file, 0, GetParam());
  const auto work = [&] {
    Buffer buffer = piece_of(10, 1);
    behind.put(buffer, 10, 10);
    behind.wait();
  };
  EXPECT_THROW(work(), Crash);
}

/// Shows in which thread it is written to, and waits until it may.
class SlowFile final : public File {
 public:
  [[nodiscard]] std::size_t read_at(std::uint64_t /*offset*/, MutableBytes /*into*/) override {
    return 0;
  }
  void write_at(std::uint64_t /*offset*/, Bytes bytes) override {
    pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    writer = std::this_thread::get_id();
    may_write.wait();
    written += bytes.size();
  }
  void resize(std::uint64_t /*size*/) override {}
  void sync() override {}
  [[nodiscard]] std::uint64_t size() override { return written; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept override { return path_; }

  std::promise<void> allow;
  std::shared_future<void> may_write = allow.get_future().share();
  sigset_t mask{};
  std::thread::id writer;
  std::uint64_t written = 0;

 private:
  std::filesystem::path path_ = "/slow";
};

TEST(WriteBehind, ComesBackBeforeItIsWritten) {
  SlowFile file;
  {
    WriteBehind behind(file, 0, Where::other_thread);
    for (std::size_t i = 1; i < WriteBehind::buffers; ++i) {
      Buffer buffer = piece_of(10, 1);
      behind.put(buffer, 10, 10);
    }
    EXPECT_EQ(file.written, 0U);
    file.allow.set_value();
    behind.wait();
    EXPECT_EQ(file.written, 10 * (WriteBehind::buffers - 1));
  }
  EXPECT_NE(file.writer, std::this_thread::get_id());
  EXPECT_EQ(sigismember(&file.mask, SIGTERM), 1);
  EXPECT_EQ(sigismember(&file.mask, SIGSEGV), 0);
}

TEST(WriteBehind, EndsWithWhatItHasBegun) {
  SlowFile file;
  {
    WriteBehind behind(file, 0, Where::other_thread);
    Buffer buffer = piece_of(10, 1);
    behind.put(buffer, 10, 10);
    file.allow.set_value();
  }
  EXPECT_LE(file.written, 10U);
}

TEST(SimulatedHints, CanBeStoppedAtAndNeverFail) {
  SimulatedFileSystem files;
  files.make_folders("/data");
  const auto file = files.create("/data/file");
  files.fail_at(1, EIO, SimulatedFileSystem::Failing::from_then_on);
  file->expect_writes(0, 10);
  file->begin_sync(0, 10);
  files.clear_faults();
  EXPECT_EQ(file->size(), 0U);
  files.stop_at(1);
  EXPECT_THROW(file->begin_sync(0, 10), Crash);
}

TEST(PosixHints, ChangeNothingThatIsSeen) {
  const TemporaryFolder temporary;
  PosixFileSystem files;
  const auto file = files.create(temporary.path() / "file");
  file->write_at(0, bytes_of("hello"));
  file->expect_writes(5, 1 << 20);
  file->begin_sync(0, 5);
  file->expect_writes(std::uint64_t{1} << 63, std::uint64_t{1} << 63);
  file->begin_sync(3, 0);
  EXPECT_EQ(read_all(*file), "hello");
}

}  // namespace
}  // namespace tidemark::io
