#include "io/posix.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include "tests/io/helpers.h"

namespace tidemark::io {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class PosixTest : public testing::Test {
 protected:
  static mode_t mode_of(const std::filesystem::path& path) {
    struct ::stat status{};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0);
    return status.st_mode & 07777U;
  }

  TemporaryFolder temporary;
  std::filesystem::path folder = temporary.path();
  std::filesystem::path file = folder / "file";
  PosixFileSystem files;
};

/// Files are made with this umask until the end of the scope.
class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  ~Umask() { ::umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t before_;
};

/// Root, whom no permission stops, becomes an ordinary user until the end of the scope.
class OrdinaryUser {
 public:
  OrdinaryUser() {
    if (was_root_) {
      EXPECT_EQ(::seteuid(65534), 0);
    }
  }
  ~OrdinaryUser() {
    if (was_root_) {
      EXPECT_EQ(::seteuid(0), 0);
    }
  }
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;

 private:
  bool was_root_ = ::geteuid() == 0;
};

TEST_F(PosixTest, WhatIsMadeIsPrivateWhateverTheUmask) {
  for (const mode_t mask : {0U, 022U, 077U, 0777U}) {
    const Umask umask(mask);
    const std::string name = std::to_string(mask);
    (void)files.create(folder / name);
    files.make_folders(folder / (name + ".d") / "deeper");
    const auto lock = files.try_lock(folder / (name + ".lock"));
    EXPECT_EQ(mode_of(folder / name), 0600U) << mask;
    EXPECT_EQ(mode_of(folder / (name + ".d")), 0700U) << mask;
    EXPECT_EQ(mode_of(folder / (name + ".d") / "deeper"), 0700U) << mask;
    EXPECT_EQ(mode_of(folder / (name + ".lock")), 0600U) << mask;
  }
}

TEST_F(PosixTest, PrivateMeansNoRightForGroupAndOthers) {
  write_new(files, file, "");
  for (const mode_t mode : {0600U, 0400U, 0700U}) {
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    EXPECT_TRUE(files.private_to_owner(file));
  }
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U}) {
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    EXPECT_FALSE(files.private_to_owner(file));
  }
}

TEST_F(PosixTest, AFifoDoesNotBlock) {
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_EQ(files.type(file), FileType::other);
  for (const Access access : {Access::read, Access::read_write}) {
    EXPECT_THAT(failure_of([&] { (void)files.open(file, access); }),
                HasSubstr("cannot open " + file.string() + ": it is not a regular file"));
  }
  EXPECT_THAT(failure_of([&] { (void)files.create(file); }), HasSubstr("File exists"));
  EXPECT_THAT(failure_of([&] { (void)files.try_lock(file); }),
              HasSubstr("cannot lock " + file.string() + ": it is not a regular file"));
  files.remove(file);
  EXPECT_EQ(files.type(file), FileType::absent);
}

TEST_F(PosixTest, ADeviceIsRefused) {
  EXPECT_EQ(files.type("/dev/zero"), FileType::other);
  EXPECT_THAT(failure_of([&] { (void)files.open("/dev/zero", Access::read_write); }),
              HasSubstr("it is not a regular file"));
  EXPECT_THAT(failure_of([&] { (void)files.try_lock("/dev/zero"); }),
              HasSubstr("it is not a regular file"));
}

TEST_F(PosixTest, ReadSpecialReadsWhateverTheSizeSays) {
  const std::filesystem::path pseudo = "/proc/sys/kernel/random/uuid";
  ASSERT_EQ(std::filesystem::file_size(pseudo), 0U);
  Buffer into(64);
  EXPECT_EQ(files.read_special(pseudo, into), 37U);
  EXPECT_EQ(into[36], std::byte{'\n'});
  EXPECT_EQ(files.read_special("/dev/zero", into), into.size());
  EXPECT_TRUE(all_zero(into));
  EXPECT_EQ(files.read_special("/dev/null", into), 0U);
}

TEST_F(PosixTest, ReadSpecialDoesNotWait) {
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  Buffer into(8);
  EXPECT_EQ(files.read_special(file, into), 0U);
  const int writer = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(writer, 0);
  EXPECT_THAT(failure_of([&] { (void)files.read_special(file, into); }),
              HasSubstr("cannot read " + file.string() + ": Resource temporarily unavailable"));
  ::close(writer);
}

TEST_F(PosixTest, LinksAreFollowedToOpenButNotToCreate) {
  const auto link = folder / "link";
  std::filesystem::create_symlink("file", link);
  EXPECT_EQ(files.type(link), FileType::absent);
  EXPECT_THAT(failure_of([&] { (void)files.create(link); }), HasSubstr("File exists"));
  EXPECT_EQ(files.type(file), FileType::absent);
  write_new(files, file, "text");
  EXPECT_EQ(files.type(link), FileType::regular);
  EXPECT_EQ(read_all(files, link), "text");
  files.remove(link);
  EXPECT_EQ(read_all(files, file), "text");
}

TEST_F(PosixTest, ALoopOfLinksIsAnError) {
  std::filesystem::create_symlink("other", folder / "one");
  std::filesystem::create_symlink("one", folder / "other");
  const std::string words = "Too many levels of symbolic links; check the symbolic links";
  EXPECT_THAT(failure_of([&] { (void)files.type(folder / "one"); }), HasSubstr(words));
  EXPECT_THAT(failure_of([&] { (void)files.open(folder / "one", Access::read); }),
              HasSubstr(words));
}

TEST_F(PosixTest, ALinkToAFolderIsAFolder) {
  std::filesystem::create_directory(folder / "real");
  std::filesystem::create_symlink("real", folder / "link");
  files.make_folders(folder / "link" / "deeper");
  files.sync_folder(folder / "link");
  EXPECT_EQ(files.type(folder / "real" / "deeper"), FileType::folder);
}

TEST_F(PosixTest, MissingPermissionIsSaid) {
  const auto closed = folder / "closed";
  files.make_folders(closed);
  write_new(files, closed / "file", "");
  ASSERT_EQ(::chmod(closed.c_str(), 0), 0);
  {
    const OrdinaryUser ordinary;
    const auto words = AllOf(HasSubstr("file: Permission denied; check the permissions of"),
                             HasSubstr(folder.string()));
    EXPECT_THAT(failure_of([&] { (void)files.type(closed / "file"); }), words);
    EXPECT_THAT(failure_of([&] { (void)files.open(closed / "file", Access::read); }), words);
    EXPECT_THAT(failure_of([&] { (void)files.create(closed / "file"); }), words);
    EXPECT_THAT(failure_of([&] { (void)files.try_lock(closed / "file"); }), words);
    EXPECT_THAT(failure_of([&] { files.remove(closed / "file"); }), words);
    EXPECT_THAT(failure_of([&] { files.sync_folder(closed); }), HasSubstr("Permission denied"));
    EXPECT_THAT(failure_of([&] { (void)files.list(closed); }), HasSubstr("Permission denied"));
    EXPECT_THAT(failure_of([&] { files.make_folders(closed / "a" / "b"); }),
                HasSubstr("Permission denied"));
    EXPECT_THAT(failure_of([&] { (void)files.resolve(closed / "a" / "b"); }),
                HasSubstr("Permission denied"));
  }
  ASSERT_EQ(::chmod(closed.c_str(), 0700), 0);
}

TEST_F(PosixTest, AnExistingFolderNeedsNoRightsOnItsParent) {
  files.make_folders(folder / "parent" / "child");
  // Searched but not read, as many a /home is.
  ASSERT_EQ(::chmod((folder / "parent").c_str(), 0111), 0);
  ASSERT_EQ(::chmod(folder.c_str(), 0711), 0);
  {
    const OrdinaryUser ordinary;
    files.make_folders(folder / "parent" / "child");
  }
  ASSERT_EQ(::chmod((folder / "parent").c_str(), 0700), 0);
}

TEST_F(PosixTest, AFolderThatKnowsNoSyncIsLeftAlone) {
  const int opened = ::open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) GTEST_SKIP() << "there is no /proc";
  const bool known = ::fsync(opened) == 0;
  ::close(opened);
  if (known) GTEST_SKIP() << "this kernel syncs folders in /proc";
  files.sync_folder("/proc/self");
}

TEST_F(PosixTest, AFileThatMayNotGrowIsAnError) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const auto created = files.create(file);
  const rlimit small{.rlim_cur = 4096, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string words = failure_of([&] { created->write_at(0, Buffer(10'000)); });
  const std::string resized = failure_of([&] { created->resize(10'000); });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(words, HasSubstr("cannot write " + file.string() + ": File too large; raise the"));
  EXPECT_THAT(resized, HasSubstr("cannot resize " + file.string() + ": File too large"));
  EXPECT_EQ(created->size(), 4096U) << "a short write is followed by the rest";
}

TEST_F(PosixTest, AFullDiskIsSaidAndCostsNoLock) {
  const auto mounted = folder / "disk";
  files.make_folders(mounted);
  if (::mount("tidemark-test", mounted.c_str(), "tmpfs", 0, "size=16k") != 0) {
    GTEST_SKIP() << "cannot mount a small disk: " << std::strerror(errno);
  }
  {
    const auto created = files.create(mounted / "file");
    EXPECT_THAT(failure_of([&] { created->write_at(0, Buffer(100'000)); }),
                HasSubstr("cannot write " + (mounted / "file").string() +
                          ": No space left on device; free some space and try again"));
    EXPECT_GT(created->size(), 0U);
    const auto held = files.try_lock(mounted / "lock");
    EXPECT_EQ(held.outcome, LockAttempt::Outcome::taken);
    const auto second = files.try_lock(mounted / "lock");
    EXPECT_EQ(second.outcome, LockAttempt::Outcome::held);
    EXPECT_EQ(second.holder, std::nullopt);
  }
  EXPECT_EQ(::umount2(mounted.c_str(), MNT_DETACH), 0);
}

TEST_F(PosixTest, AReadOnlyDiskIsSaid) {
  const auto mounted = folder / "disk";
  files.make_folders(mounted);
  if (::mount("tidemark-test", mounted.c_str(), "tmpfs", MS_RDONLY, "size=16k") != 0) {
    GTEST_SKIP() << "cannot mount a small disk: " << std::strerror(errno);
  }
  EXPECT_THAT(failure_of([&] { (void)files.create(mounted / "file"); }),
              HasSubstr("Read-only file system; check the permissions of"));
  EXPECT_EQ(::umount2(mounted.c_str(), MNT_DETACH), 0);
}

TEST_F(PosixTest, ReadsMayRunAtTheSameTime) {
  const auto created = files.create(file);
  created->write_at(0, Buffer(100'000, std::byte{7}));
  const auto read = [&](std::uint64_t offset) {
    for (int i = 0; i < 100; ++i) {
      Buffer into(1'000);
      EXPECT_EQ(created->read_at(offset, into), into.size());
      EXPECT_EQ(into, Buffer(1'000, std::byte{7}));
    }
  };
  const std::jthread one(read, 0);
  const std::jthread other(read, 99'000);
}

TEST_F(PosixTest, NothingIsInheritedByOtherPrograms) {
  const auto created = files.create(file);
  const auto opened = files.open(file, Access::read);
  const auto lock = files.try_lock(folder / "lock");
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry.path(), gone);
    if (gone || target.parent_path() != folder) continue;
    EXPECT_EQ(::fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC)
        << target;
  }
}

}  // namespace
}  // namespace tidemark::io
