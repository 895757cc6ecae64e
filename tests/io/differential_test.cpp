#include <algorithm>
#include <array>
#include <random>

#include "io/posix.h"
#include "io/simulated.h"
#include "tests/io/helpers.h"

/// The simulated file system against the real one: the same calls must be seen to do the same.
namespace tidemark::io {
namespace {

/// Carries out the call that the dice choose, and tells what was seen of it.
class Walker {
 public:
  Walker(FileSystem& files, std::filesystem::path folder, std::uint64_t seed)
      : files_(files), folder_(std::move(folder)), dice_(seed) {}

  std::string step() {
    // All drawn first, so that both walkers draw the same however a call ends.
    const auto kind = dice_() % 10;
    const auto path = some_path();
    const auto other = some_path();
    const auto offset = dice_() % 10'000;
    const std::string text(dice_() % 6'000, static_cast<char>('a' + dice_() % 26));
    try {
      return call(kind, path, other, offset, text);
    } catch (const Error& error) {
      return "error";
    }
  }

 private:
  std::filesystem::path some_path() {
    static constexpr std::array names{"a", "b", "c", "d", "sub", "sub2", "a/below"};
    return folder_ / names.at(dice_() % names.size());
  }

  std::string call(std::uint64_t kind, const std::filesystem::path& path,
                   const std::filesystem::path& other, std::uint64_t offset,
                   const std::string& text) {
    switch (kind) {
      case 0:
        (void)files_.create(path);
        return "created";
      case 1:
      case 2:
        files_.open(path, Access::read_write)->write_at(offset, bytes_of(text));
        return "written";
      case 3:
        files_.open(path, Access::read_write)->resize(offset);
        return "resized";
      case 4:
        // Renames of folders and between folders are nobody's business.
        if (files_.type(path) == FileType::folder || path.parent_path() != other.parent_path()) {
          return "passed over";
        }
        files_.rename(path, other);
        return "renamed";
      case 5:
        files_.remove(path);
        return "removed";
      case 6:
        // Seldom, since the real one syncs every time.
        if (path.filename() == "sub" && files_.type(path) == FileType::absent) {
          files_.make_folders(path);
        }
        return "folder made";
      case 7:
        return std::to_string(static_cast<int>(files_.type(path)));
      case 8:
        return listed();
      default:
        return read_all(files_, path);
    }
  }

  std::string listed() {
    auto names = files_.list(folder_);
    std::ranges::sort(names);
    std::string text;
    for (const std::string& name : names) text += name + " ";
    return text;
  }

  FileSystem& files_;
  std::filesystem::path folder_;
  std::mt19937_64 dice_;
};

TEST(Differential, TheSimulatedFileSystemDoesWhatTheRealOneDoes) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const TemporaryFolder temporary;
    PosixFileSystem posix;
    SimulatedFileSystem simulated;
    simulated.make_folders("/data");
    Walker real(posix, temporary.path(), seed);
    Walker model(simulated, "/data", seed);
    for (int step = 0; step < 300; ++step) {
      ASSERT_EQ(real.step(), model.step()) << "seed " << seed << ", step " << step;
    }
  }
}

}  // namespace
}  // namespace tidemark::io
