#include "counter/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <tidemark/error.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "conformance.h"
#include "crypto/hash.h"
#include "io/posix.h"
#include "io/simulated.h"
#include "marks.h"

namespace tidemark::counter {
namespace {

using namespace std::chrono_literals;

/// A folder of its own that other users can reach.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = testing::TempDir() + "tidemark-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr || ::chmod(name.c_str(), 0755) != 0) std::abort();
    path_ = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class PosixStore final : public Store {
 public:
  std::shared_ptr<Counter> open() override {
    return open_counter("file:" + (folder_.path() / "counters").string());
  }

 private:
  TemporaryFolder folder_;
};

class SimulatedStore final : public Store {
 public:
  std::shared_ptr<Counter> open() override {
    return std::make_shared<FileCounter>(files_, clock_, random_, "/counters");
  }

 private:
  io::SimulatedFileSystem files_;
  SystemClock clock_;
  SystemRandom random_;
};

const Backend posix{.name = "File", .make = [] { return std::make_unique<PosixStore>(); }};
const Backend simulated{.name = "SimulatedFile",
                        .make = [] { return std::make_unique<SimulatedStore>(); }};

// There is no server that could be killed or slow. What a crash of the process or of the machine, a
// full or a broken disk leave is in file_crash_test.cpp and file_fault_test.cpp; two processes
// cannot share a simulated disk.
INSTANTIATE_TEST_SUITE_P(Counter, CounterConformance, testing::Values(posix, simulated),
                         backend_name);
INSTANTIATE_TEST_SUITE_P(Counter, ProcessConformance, testing::Values(posix), backend_name);

std::string file_name(std::string_view lineage) {
  return to_hex(crypto::sha256({bytes_of(lineage)}).bytes) + ".counter";
}

/// The error's words, or nothing where the call did not throw counter_unavailable.
template <class Call>
std::string unavailable(Call call) {
  try {
    (void)call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::counter_unavailable) << error.what();
    EXPECT_NE(error.advice(), "");
    if (error.code() == Code::counter_unavailable) return error.what();
  }
  return "";
}

class FileCounterTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file() const { return folder_ / file_name("a"); }

  TemporaryFolder temporary_;
  std::filesystem::path folder_ = temporary_.path() / "state" / "counters";
  std::shared_ptr<Counter> counter_ = open_counter("file:" + folder_.string());
};

mode_t mode_of(const std::filesystem::path& path) {
  struct ::stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

TEST_F(FileCounterTest, MakesNothingBeforeABirth) {
  EXPECT_EQ(counter_->read("a"), std::nullopt);
  EXPECT_TRUE(counter_->advance("a", mark_of(0), mark_of(1)));
  EXPECT_FALSE(std::filesystem::exists(temporary_.path() / "state"));
  std::filesystem::create_directories(folder_);
  EXPECT_EQ(counter_->read("a"), std::nullopt);
  EXPECT_TRUE(counter_->advance("a", mark_of(0), mark_of(1)));
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(FileCounterTest, KeepsWhatItMakesPrivate) {
  EXPECT_FALSE(counter_->advance("a", std::nullopt, mark_of(0)));
  EXPECT_EQ(mode_of(folder_), 0700U);
  EXPECT_EQ(mode_of(file()), 0600U);
  EXPECT_EQ(std::filesystem::file_size(file()), 8192U);
  const auto lock = folder_ / (file_name("a") + ".lock");
  EXPECT_EQ(mode_of(lock), 0600U);
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    EXPECT_TRUE(entry.path() == file() || entry.path() == lock) << entry.path();
  }
}

TEST_F(FileCounterTest, IsUnavailableWhereSomethingElseHasItsName) {
  std::filesystem::create_directories(folder_.parent_path());
  std::ofstream(folder_) << "not a folder";
  EXPECT_THAT(unavailable([&] { return counter_->read("a"); }),
              testing::HasSubstr(folder_.string() + " is not a folder"));
  EXPECT_NE(unavailable([&] { return counter_->advance("a", std::nullopt, mark_of(0)); }), "");
  std::filesystem::remove(folder_);
  std::filesystem::create_directories(file());
  EXPECT_THAT(unavailable([&] { return counter_->read("a"); }),
              testing::HasSubstr(file().string()));
  EXPECT_NE(unavailable([&] { return counter_->advance("a", std::nullopt, mark_of(0)); }), "");
  EXPECT_NE(unavailable([&] { return counter_->advance("a", mark_of(0), mark_of(1)); }), "");
  EXPECT_TRUE(std::filesystem::is_directory(file()));
}

/// Calls in a child process without root's rights; returns the code of what they throw, or 0.
template <class Call>
int code_as_ordinary_user(Call call) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(100);
    try {
      (void)call();
      ::_exit(0);
    } catch (const Error& error) {
      ::_exit(static_cast<int>(error.code()));
    }
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

TEST_F(FileCounterTest, TakesUnreadableForUnavailableAndNotForAbsent) {
  constexpr int nine = static_cast<int>(Code::counter_unavailable);
  const auto read = [&] { return counter_->read("a"); };
  const auto bear = [&] { return counter_->advance("a", std::nullopt, mark_of(0)); };
  EXPECT_FALSE(bear());
  ASSERT_EQ(::chmod(file().c_str(), 0), 0);
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
  ASSERT_EQ(::chmod(folder_.parent_path().c_str(), 0755), 0);
  EXPECT_EQ(code_as_ordinary_user(read), nine) << "the file is unreadable";
  ASSERT_EQ(::chmod(folder_.c_str(), 0), 0);
  EXPECT_EQ(code_as_ordinary_user(read), nine) << "the folder is unreadable";
  EXPECT_EQ(code_as_ordinary_user(bear), nine) << "the folder is unreadable";
  ASSERT_EQ(::chmod(folder_.c_str(), 0700), 0);
  std::filesystem::remove_all(folder_);
  ASSERT_EQ(::chmod(folder_.parent_path().c_str(), 0555), 0);
  EXPECT_EQ(code_as_ordinary_user(read), 0) << "missing is absent";
  EXPECT_EQ(code_as_ordinary_user(bear), nine) << "the folder cannot be made";
  ASSERT_EQ(::chmod(folder_.parent_path().c_str(), 0700), 0);
}

/// Time that passes only while somebody sleeps; remembers the pauses.
class RecordingClock final : public Clock {
 public:
  time_point now() override { return now_; }
  void sleep_for(duration pause) override {
    now_ += pause;
    pauses.push_back(pause);
  }
  std::vector<duration> pauses;

 private:
  time_point now_{};
};

TEST_F(FileCounterTest, WaitsForALockAndThenNamesItsHolder) {
  io::PosixFileSystem files;
  RecordingClock clock;
  SystemRandom random;
  FileCounter counter(files, clock, random, folder_);
  EXPECT_FALSE(counter.advance("a", std::nullopt, mark_of(0)));
  auto held = files.try_lock(folder_ / (file_name("a") + ".lock"));
  ASSERT_EQ(held.outcome, io::LockAttempt::Outcome::taken);
  const std::string words = unavailable([&] { return counter.read("a"); });
  EXPECT_THAT(words, testing::HasSubstr("process " + std::to_string(::getpid())));
  EXPECT_THAT(words, testing::HasSubstr(counter.uri()));
  EXPECT_EQ(clock.pauses.front(), 1ms);
  EXPECT_EQ(*std::ranges::max_element(clock.pauses), 50ms);
  EXPECT_TRUE(std::ranges::is_sorted(clock.pauses));
  EXPECT_GE(clock.now().time_since_epoch(), 8s);
  EXPECT_LT(clock.now().time_since_epoch(), 9s);
  held.lock.reset();
  EXPECT_TRUE(counter.read("a"));
}

class SimulatedFileCounterTest : public testing::Test {
 protected:
  [[nodiscard]] FileCounter open() { return {files_, clock_, random_, "/counters"}; }

  io::SimulatedFileSystem files_;
  RecordingClock clock_;
  SystemRandom random_;
  std::filesystem::path file_ = "/counters/" + file_name("a");
};

TEST_F(SimulatedFileCounterTest, GoesOnWhereLocksAreRefused) {
  files_.refuse_locks(true);
  FileCounter counter = open();
  EXPECT_FALSE(counter.advance("a", std::nullopt, mark_of(0)));
  EXPECT_FALSE(counter.advance("a", mark_of(0), mark_of(1)));
  EXPECT_EQ(open().read("a"), (CounterReading{.birth = mark_of(0), .mark = mark_of(1)}));
}

/// Without a lock a new file could replace what another instance writes just now.
TEST_F(SimulatedFileCounterTest, WithoutALockGivesUpAfterAFailedSync) {
  files_.refuse_locks(true);
  EXPECT_FALSE(open().advance("a", std::nullopt, mark_of(0)));
  for (std::uint64_t n = 1; n <= 8; ++n) {
    files_.fail_at(n);
    FileCounter counter = open();
    EXPECT_NE(unavailable([&] { return counter.read("a"); }), "") << n;
    EXPECT_EQ(counter.read("a"), (CounterReading{.birth = mark_of(0), .mark = mark_of(0)}));
  }
}

TEST_F(SimulatedFileCounterTest, LeavesNothingBehindAfterABirthThatFailed) {
  const std::string lock = file_.string() + ".lock";
  for (std::uint64_t n = 1;; ++n) {
    files_.fail_at(n);
    FileCounter counter = open();
    if (unavailable([&] { return counter.advance("a", std::nullopt, mark_of(0)); }).empty()) break;
    for (const auto& name : files_.names()) EXPECT_TRUE(name == lock || name == file_) << name;
    files_.erase(file_);
  }
}

TEST_F(SimulatedFileCounterTest, SeesAFileThatWasPutBackByRename) {
  FileCounter counter = open();
  EXPECT_FALSE(counter.advance("a", std::nullopt, mark_of(0)));
  const auto backup = files_.contents(file_);
  ASSERT_TRUE(backup);
  EXPECT_FALSE(counter.advance("a", mark_of(0), mark_of(1)));
  files_.put(file_, *backup);
  EXPECT_EQ(counter.read("a"), (CounterReading{.birth = mark_of(0), .mark = mark_of(0)}));
  EXPECT_TRUE(counter.advance("a", mark_of(1), mark_of(2)));
}

TEST_F(SimulatedFileCounterTest, RemovesAtABirthWhatAnInterruptedOneLeft) {
  const std::filesystem::path leftover = file_.string() + ".0123456789abcdef";
  const std::vector<std::filesystem::path> others = {
      file_.string() + ".0123456789abcde", file_.string() + ".0123456789abcdeg",
      file_.string() + ".backup", "/counters/" + file_name("b") + ".0123456789abcdef"};
  files_.put(leftover, {});
  for (const auto& other : others) files_.put(other, {});
  FileCounter counter = open();
  EXPECT_EQ(counter.read("a"), std::nullopt);
  EXPECT_TRUE(files_.contents(leftover));
  EXPECT_FALSE(counter.advance("a", std::nullopt, mark_of(0)));
  EXPECT_FALSE(files_.contents(leftover));
  for (const auto& other : others) EXPECT_TRUE(files_.contents(other)) << other;
}

/// Looks for the file, locks, looks again, opens, asks the size, reads; writes, syncs.
TEST_F(SimulatedFileCounterTest, AdvancesWithOneWriteAndOneSync) {
  FileCounter counter = open();
  EXPECT_FALSE(counter.advance("a", std::nullopt, mark_of(0)));
  const auto calls_before = files_.calls();
  EXPECT_FALSE(counter.advance("a", mark_of(0), mark_of(1)));
  EXPECT_EQ(files_.calls() - calls_before, 8U);
}

}  // namespace
}  // namespace tidemark::counter
