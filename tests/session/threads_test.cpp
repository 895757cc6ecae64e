// Options::threads, through the public interface and on real files.

#include <gtest/gtest.h>
#include <tidemark/error.h>
#include <tidemark/session.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <thread>

#include "io/posix.h"
#include "tests/io/helpers.h"

namespace tidemark {
namespace {

/// A thread that was joined can be seen for a moment more.
std::size_t running_threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

void expect_threads(std::size_t expected) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (running_threads() != expected && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(running_threads(), expected);
}

class ThreadsTest : public testing::Test {
 protected:
  [[nodiscard]] Options options(unsigned threads) {
    Options options;
    options.file = folder.path() / "dump.dat";
    options.lineage = "threads";
    options.counter = counter;
    options.key = open_key("file:" + (folder.path() / "key").string());
    options.threads = threads;
    options.progress = [this](const Progress&) {
      most_threads = std::max(most_threads, running_threads());
    };
    return options;
  }

  void SetUp() override {
    const std::string key(32, 'k');
    io::PosixFileSystem files;
    io::write_new(files, folder.path() / "key", key);
    state.array("numbers", numbers);
    std::thread([] {}).join();  // the thread sanitizer adds one of its own to the first
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    before = running_threads();
  }

  io::TemporaryFolder folder;
  std::shared_ptr<Counter> counter = open_counter("memory:");
  std::vector<std::uint64_t> numbers = std::vector<std::uint64_t>(3'000'000, 7);
  State state;
  std::size_t before = 0;
  std::size_t most_threads = 0;
};

TEST_F(ThreadsTest, OneIsTheCallers) {
  {
    (void)Session::create(options(1), state);
  }
  numbers.clear();
  {
    (void)Session::restore(options(1), state);
  }
  EXPECT_EQ(numbers, std::vector<std::uint64_t>(3'000'000, 7));
  EXPECT_EQ(most_threads, before);
}

TEST_F(ThreadsTest, MoreAreMoreAndEndWithTheSession) {
  {
    (void)Session::create(options(3), state);
  }
  EXPECT_GE(most_threads, before + 2);
  numbers.clear();
  {
    (void)Session::restore(options(3), state);
  }
  EXPECT_EQ(numbers, std::vector<std::uint64_t>(3'000'000, 7));
  expect_threads(before);
}

TEST_F(ThreadsTest, TooManyAreRefused) {
  try {
    (void)Session::create(options(65), state);
    FAIL() << "65 threads were taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
  }
}

}  // namespace
}  // namespace tidemark
