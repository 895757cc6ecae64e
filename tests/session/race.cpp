#include "race.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace tidemark::session {

namespace fs = std::filesystem;

void RaceTest::SetUp() {
  std::string pattern = (fs::temp_directory_path() / "tidemark-race-XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  folder_ = pattern;
  ASSERT_EQ(::setenv("TIDEMARK_TEST_KEY", std::string(64, '5').c_str(), 1), 0);
}

void RaceTest::TearDown() { fs::remove_all(folder_); }

Options RaceTest::options(const fs::path& file) const {
  return {.file = file,
          .lineage = "race",
          .counter = counters_->open(),
          .key = open_key("env:TIDEMARK_TEST_KEY")};
}

pid_t RaceTest::start_racer(const fs::path& file, int pistol, std::uint64_t expected) const {
  const pid_t child = ::fork();
  if (child != 0) return child;
  char shot = 0;
  [[maybe_unused]] const auto heard = ::read(pistol, &shot, 1);
  try {
    std::vector<std::uint64_t> numbers;
    State state;
    state.array("numbers", numbers);
    auto session = Session::restore(options(file), state);
    if (numbers != std::vector<std::uint64_t>{expected}) ::_exit(100);
    ++numbers[0];
    session.checkpoint(Save::last);
    ::_exit(0);
  } catch (const Error& error) {
    ::_exit(static_cast<int>(error.code()));
  }
}

namespace {

int exit_code_of(pid_t child) {
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

TEST_P(RaceTest, ExactlyOneWinsEachTime) {
  const std::array files{folder_ / "a.dat", folder_ / "b.dat"};
  {
    std::vector<std::uint64_t> numbers{0};
    State state;
    state.array("numbers", numbers);
    (void)Session::create(options(files[0]), state);
  }
  for (std::uint64_t round = 0; round < GetParam().raced_steps; ++round) {
    fs::copy_file(files[0], files[1], fs::copy_options::overwrite_existing);
    std::array<int, 2> pistol{};
    ASSERT_EQ(::pipe(pistol.data()), 0);
    const std::array racers{start_racer(files[0], pistol[0], round),
                            start_racer(files[1], pistol[0], round)};
    ASSERT_EQ(::write(pistol[1], "go", 2), 2);
    const std::array codes{exit_code_of(racers[0]), exit_code_of(racers[1])};
    ::close(pistol[0]);
    ::close(pistol[1]);
    const std::size_t winner = codes[0] == 0 ? 0 : 1;
    ASSERT_EQ(codes[winner], 0) << "nobody won round " << round << ": " << codes[0] << ", "
                                << codes[1];
    const auto loser = static_cast<Code>(codes[1 - winner]);
    ASSERT_TRUE(loser == Code::fenced || loser == Code::stale)
        << "the other one ended with " << name(loser);
    if (winner == 1) fs::copy_file(files[1], files[0], fs::copy_options::overwrite_existing);
  }
}

}  // namespace
}  // namespace tidemark::session
