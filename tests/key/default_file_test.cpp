#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>
#include <vector>

#include "crypto/hash.h"
#include "io/posix.h"
#include "tests/key/support.h"

namespace tidemark::key {
namespace {

std::string file_name(std::string_view lineage) {
  return to_hex(crypto::sha256({bytes_of(lineage)}).bytes) + ".key";
}

mode_t mode_of(const std::filesystem::path& path) {
  struct ::stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

class DefaultFile : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path keys() const { return home.path() / "state/tidemark/keys"; }

  io::PosixFileSystem files;
  const ScopedFolder home;
  const ScopedVariable state{"XDG_STATE_HOME", (home.path() / "state").c_str()};
  const Key key = open_key("file:");
};

TEST_F(DefaultFile, IsMadeAtTheStartAndFoundAgain) {
  const Buffer slot = slot_of(*load(key, files, Missing::make));
  EXPECT_EQ(std::filesystem::file_size(keys() / file_name("person")), 32U);
  EXPECT_TRUE(opens(*load(key, files, Missing::refuse), slot));
  EXPECT_TRUE(opens(*load(key, files, Missing::make), slot));
}

TEST_F(DefaultFile, IsPrivateWhateverTheUmask) {
  const mode_t before = ::umask(0);
  (void)load(key, files, Missing::make);
  ::umask(before);
  EXPECT_EQ(mode_of(keys() / file_name("person")), mode_t{0600});
  EXPECT_EQ(mode_of(keys()), mode_t{0700});
  EXPECT_EQ(mode_of(keys().parent_path()), mode_t{0700});
}

TEST_F(DefaultFile, LeavesOnlyTheKeyAndItsLock) {
  (void)load(key, files, Missing::make);
  auto names = files.list(keys());
  std::ranges::sort(names);
  const std::string name = file_name("person");
  EXPECT_EQ(names, (std::vector{name, name + ".lock"}));
}

TEST_F(DefaultFile, IsAnotherForEachLineage) {
  const Buffer slot = slot_of(*load(key, files, Missing::make, "one"));
  EXPECT_FALSE(opens(*load(key, files, Missing::make, "other"), slot));
  EXPECT_TRUE(std::filesystem::exists(keys() / file_name("one")));
  EXPECT_TRUE(std::filesystem::exists(keys() / file_name("other")));
}

TEST_F(DefaultFile, IsOnlyMadeAtAStart) {
  const Error error = error_of([&] { return load(key, files, Missing::refuse); });
  EXPECT_EQ(error.code(), Code::wrong_key);
  EXPECT_NE(words(error).find((keys() / file_name("person")).string()), std::string::npos);
  // A new key would not open what is there: nobody is told to make one.
  EXPECT_EQ(words(error).find("urandom"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(home.path()));
}

TEST_F(DefaultFile, IsNeverReplaced) {
  std::filesystem::create_directories(keys());
  const auto path = keys() / file_name("person");
  std::ofstream(path) << "short";
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  EXPECT_EQ(error_of([&] { return load(key, files, Missing::make); }).code(), Code::wrong_key);
  EXPECT_EQ(std::filesystem::file_size(path), 5U);
  std::filesystem::resize_file(path, 32);
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  EXPECT_EQ(error_of([&] { return load(key, files, Missing::make); }).code(), Code::wrong_key);
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  EXPECT_EQ(error_of([&] { return load(key, files, Missing::make); }).code(), Code::wrong_key);
}

TEST_F(DefaultFile, SaysWhereItCannotBeMade) {
  std::ofstream(home.path() / "state") << "a file in the folder's place";
  const Error error = error_of([&] { return load(key, files, Missing::make); });
  EXPECT_EQ(error.code(), Code::failed);
  EXPECT_NE(words(error).find(keys().string()), std::string::npos);
}

TEST_F(DefaultFile, IsInTheHomeFolderWithoutAStateFolder) {
  const ScopedVariable home_variable("HOME", home.path().c_str());
  for (const char* const unusable : {static_cast<const char*>(nullptr), "", "relative/state"}) {
    const ScopedVariable unset("XDG_STATE_HOME", unusable);
    (void)load(key, files, Missing::make);
    const auto local = home.path() / ".local";
    EXPECT_EQ(std::filesystem::file_size(local / "state/tidemark/keys" / file_name("person")), 32U);
    std::filesystem::remove_all(local);
  }
}

TEST_F(DefaultFile, IsOneForThreadsThatStartAtOnce) {
  constexpr int threads = 8;
  for (int round = 0; round < 10; ++round) {
    const std::string lineage = "round " + std::to_string(round);
    std::vector<std::unique_ptr<Unlocker>> unlockers(threads);
    {
      std::barrier start(threads);
      std::vector<std::jthread> running;
      running.reserve(threads);
      for (auto& unlocker : unlockers) {
        running.emplace_back([&] {
          start.arrive_and_wait();
          unlocker = load(key, files, Missing::make, lineage);
        });
      }
    }
    const Buffer slot = slot_of(*load(key, files, Missing::refuse, lineage));
    for (const auto& unlocker : unlockers) EXPECT_TRUE(opens(*unlocker, slot));
  }
}

/// Runs `work` in another process, and gives its exit code when it is asked.
class Child {
 public:
  explicit Child(const std::function<bool()>& work) : id_(::fork()) {
    if (id_ == 0) {
      int code = 2;
      try {
        code = work() ? 0 : 1;
      } catch (...) {  // NOLINT(bugprone-empty-catch): the code tells
      }
      ::_exit(code);
    }
  }

  [[nodiscard]] int wait() const {
    int status = 0;
    EXPECT_EQ(::waitpid(id_, &status, 0), id_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t id_;
};

TEST_F(DefaultFile, IsOneForProcessesThatStartAtOnce) {
  for (int round = 0; round < 5; ++round) {
    const std::string lineage = "round " + std::to_string(round);
    std::array<int, 2> gate{};
    ASSERT_EQ(::pipe(gate.data()), 0);
    std::vector<Child> children;
    children.reserve(8);
    for (int i = 0; i < 8; ++i) {
      const auto slot_path = home.path() / ("slot " + std::to_string(i));
      children.emplace_back([&, slot_path] {
        ::close(gate[1]);
        char opened = 0;
        if (::read(gate[0], &opened, 1) != 0) return false;  // ends when the parent lets go
        const Buffer slot = slot_of(*load(key, files, Missing::make, lineage));
        std::ofstream(slot_path, std::ios::binary) << text_of(slot);
        return true;
      });
    }
    ::close(gate[0]);
    ::close(gate[1]);
    for (const Child& child : children) EXPECT_EQ(child.wait(), 0);
    const auto unlocker = load(key, files, Missing::refuse, lineage);
    for (int i = 0; i < 8; ++i) {
      std::ifstream in(home.path() / ("slot " + std::to_string(i)), std::ios::binary);
      const std::string slot((std::istreambuf_iterator<char>(in)), {});
      EXPECT_TRUE(opens(*unlocker, bytes_of(slot))) << i;
    }
  }
}

TEST_F(DefaultFile, WaitsForWhoeverIsMakingIt) {
  files.make_folders(keys());
  auto lock_path = keys() / (file_name("person") + ".lock");
  auto held = files.try_lock(lock_path);
  ASSERT_EQ(held.outcome, io::LockAttempt::Outcome::taken);
  std::unique_ptr<Unlocker> unlocker;
  std::jthread waiting([&] { unlocker = load(key, files, Missing::make); });
  held.lock.reset();
  waiting.join();
  EXPECT_TRUE(unlocker);
}

}  // namespace
}  // namespace tidemark::key
