#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <fstream>

#include "io/posix.h"
#include "tests/io/helpers.h"

namespace tidemark::io {
namespace {

using Outcome = LockAttempt::Outcome;
using testing::HasSubstr;

/// Two processes tell each other that something happened.
class Event {
 public:
  Event() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~Event() {
    for (const int end : ends_) ::close(end);
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void tell() const { EXPECT_EQ(::write(ends_[1], "!", 1), 1); }
  void await() const {
    char byte{};
    EXPECT_EQ(::read(ends_[0], &byte, 1), 1);
  }

 private:
  std::array<int, 2> ends_{};
};

/// A forked process; killed by the destructor if it was not joined.
class Child {
 public:
  template <class Work>
  explicit Child(Work work) : id_(::fork()) {
    if (id_ == 0) {
      work();
      ::_exit(testing::Test::HasFailure() ? 1 : 0);
    }
  }
  ~Child() {
    if (id_ > 0) kill();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t id() const { return id_; }

  void kill() {
    EXPECT_EQ(::kill(id_, SIGKILL), 0);
    join();
  }

  int join() {
    int status = -1;
    EXPECT_EQ(::waitpid(id_, &status, 0), id_);
    id_ = -1;
    return status;
  }

 private:
  pid_t id_;
};

/// From now on this process gets `error` whenever it asks for a lock. Says whether the kernel can.
[[nodiscard]] bool refuse_locks(int error) {
  constexpr std::uint16_t load = BPF_LD | BPF_W | BPF_ABS;
  constexpr std::uint16_t equal = BPF_JMP | BPF_JEQ | BPF_K;
  constexpr std::uint16_t answer = BPF_RET | BPF_K;
  std::array<sock_filter, 6> program{{
      {load, 0, 0, offsetof(seccomp_data, nr)},
      {equal, 0, 3, __NR_fcntl},
      {load, 0, 0, offsetof(seccomp_data, args) + sizeof(std::uint64_t)},
      {equal, 0, 1, F_OFD_SETLK},
      {answer, 0, 0, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)},
      {answer, 0, 0, SECCOMP_RET_ALLOW},
  }};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

class PosixLockTest : public testing::Test {
 protected:
  void write(std::string_view text) { std::ofstream(lock, std::ios::trunc) << text; }

  TemporaryFolder temporary;
  std::filesystem::path lock = temporary.path() / "file.lock";
  PosixFileSystem files;
};

TEST_F(PosixLockTest, AnotherProcessHoldsItUntilItIsKilled) {
  const Event taken;
  const Event never;
  Child child([&] {
    const auto attempt = files.try_lock(lock);
    EXPECT_EQ(attempt.outcome, Outcome::taken);
    taken.tell();
    never.await();
  });
  taken.await();
  const auto refused = files.try_lock(lock);
  EXPECT_EQ(refused.outcome, Outcome::held);
  EXPECT_EQ(refused.holder, child.id());
  const std::string id = std::to_string(child.id()) + "\n";
  EXPECT_EQ(read_all(files, lock), id);

  child.kill();
  EXPECT_EQ(read_all(files, lock), id);
  const auto attempt = files.try_lock(lock);
  EXPECT_EQ(attempt.outcome, Outcome::taken);
  EXPECT_EQ(read_all(files, lock), std::to_string(::getpid()) + "\n");
}

TEST_F(PosixLockTest, ThisProcessIsExcludedToo) {
  const auto first = files.try_lock(lock);
  PosixFileSystem others;
  const auto second = others.try_lock(lock);
  EXPECT_EQ(second.outcome, Outcome::held);
  EXPECT_EQ(second.holder, ::getpid());
  // Closing another descriptor of the same file must not end the lock, as it does with older ones.
  EXPECT_EQ(files.try_lock(lock).outcome, Outcome::held);
}

TEST_F(PosixLockTest, AForkedChildNeitherEndsNorKeepsTheLock) {
  auto attempt = files.try_lock(lock);
  const Event dropped;
  const Event never;
  Child child([&] {
    attempt.lock.reset();
    dropped.tell();
    never.await();
  });
  dropped.await();
  EXPECT_EQ(files.try_lock(lock).outcome, Outcome::held);
  EXPECT_EQ(read_all(files, lock), std::to_string(::getpid()) + "\n");

  Child keeper([&] { never.await(); });
  attempt.lock.reset();
  EXPECT_EQ(files.try_lock(lock).outcome, Outcome::taken);
}

TEST_F(PosixLockTest, AHeldFileIsLeftAloneWhateverItSays) {
  const auto first = files.try_lock(lock);
  for (const std::string_view text :
       {"", "\n", "12", "12\n\n", " 12\n", "-12\n", "0\n", "+5\n", "12 x\n", "text\n",
        "99999999999999999999999\n", "1234567890123456789012345678901234567890\n"}) {
    write(text);
    const auto attempt = files.try_lock(lock);
    EXPECT_EQ(attempt.outcome, Outcome::held);
    EXPECT_EQ(attempt.holder, std::nullopt) << text;
    EXPECT_EQ(read_all(files, lock), text);
  }
  write("4711\n");
  EXPECT_EQ(files.try_lock(lock).holder, 4711);
}

TEST_F(PosixLockTest, WhatAKilledHolderLeftIsReplaced) {
  write("123456789 and much more than a process id\n");
  {
    const auto attempt = files.try_lock(lock);
    EXPECT_EQ(attempt.outcome, Outcome::taken);
    EXPECT_EQ(read_all(files, lock), std::to_string(::getpid()) + "\n");
  }
  EXPECT_EQ(read_all(files, lock), "");
}

TEST_F(PosixLockTest, ALinkIsNotFollowed) {
  const auto target = temporary.path() / "precious";
  write_new(files, target, "text");
  std::filesystem::create_symlink(target, lock);
  EXPECT_THAT(failure_of([&] { (void)files.try_lock(lock); }),
              HasSubstr("cannot lock " + lock.string() + ": it is not a regular file"));
  EXPECT_EQ(read_all(files, target), "text");
}

TEST_F(PosixLockTest, AFileSystemWithoutLocksIsSaid) {
  constexpr int no_filters = 77;
  write("text");
  for (const int error : {EINVAL, ENOSYS, EOPNOTSUPP, ENOLCK}) {
    Child child([&] {
      if (!refuse_locks(error)) ::_exit(no_filters);
      const auto attempt = files.try_lock(lock);
      EXPECT_EQ(attempt.outcome, Outcome::refused) << error;
      EXPECT_EQ(attempt.lock, nullptr);
      EXPECT_EQ(read_all(files, lock), "text");
    });
    const int status = child.join();
    if (WIFEXITED(status) && WEXITSTATUS(status) == no_filters) {
      GTEST_SKIP() << "this kernel does not filter system calls";
    }
    EXPECT_EQ(status, 0) << error;
  }
}

TEST_F(PosixLockTest, AnyOtherAnswerIsAnError) {
  constexpr int no_filters = 77;
  Child child([&] {
    if (!refuse_locks(EIO)) ::_exit(no_filters);
    EXPECT_THAT(failure_of([&] { (void)files.try_lock(lock); }),
                HasSubstr("cannot lock " + lock.string() + ": Input/output error; check the disk"));
  });
  const int status = child.join();
  if (WIFEXITED(status) && WEXITSTATUS(status) == no_filters) {
    GTEST_SKIP() << "this kernel does not filter system calls";
  }
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace tidemark::io
