#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "io/simulated.h"
#include "tests/io/helpers.h"

/// What is left after a power cut.
namespace tidemark::io {
namespace {

using Stop = SimulatedFileSystem::Stop;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t piece = 4096;
constexpr std::uint64_t seeds = 200;

class PowerCutTest : public testing::Test {
 protected:
  PowerCutTest() { files.put("/data/file", old); }

  /// What a power cut now would leave of the file; nothing of it lasts.
  Buffer left(Unsynced how, std::uint64_t seed = 1, const char* path = "/data/file") {
    const SimulatedDisk before = files.snapshot();
    files.restart(how, seed);
    const Buffer bytes = files.contents(path).value_or(Buffer());
    files.put_back(before);
    return bytes;
  }

  std::vector<std::filesystem::path> left_names(Unsynced how, std::uint64_t seed = 1) {
    const SimulatedDisk before = files.snapshot();
    files.restart(how, seed);
    auto names = files.names();
    files.put_back(before);
    return names;
  }

  static Buffer filled(std::size_t size, char with) {
    return Buffer(size, static_cast<std::byte>(with));
  }

  Buffer old = filled(3 * piece, 'o');
  SimulatedFileSystem files;
};

TEST_F(PowerCutTest, KeptAndDroppedAreAllOrNothing) {
  const auto file = files.open("/data/file", Access::read_write);
  file->write_at(piece, filled(piece, 'n'));
  file->resize(2 * piece);
  file->write_at(3 * piece, filled(1, 'n'));
  const Buffer now = *files.contents("/data/file");
  EXPECT_EQ(left(Unsynced::kept), now);
  EXPECT_EQ(left(Unsynced::dropped), old);
}

TEST_F(PowerCutTest, TrashedIsRandomWhereWasWrittenAndNowhereElse) {
  const auto file = files.open("/data/file", Access::read_write);
  file->write_at(piece, filled(piece, 'n'));
  file->write_at(3 * piece, filled(100, 'n'));
  const Buffer bytes = left(Unsynced::trashed);
  ASSERT_EQ(bytes.size(), 3 * piece + 100);
  const auto part = [&](std::size_t offset, std::size_t size) {
    return Buffer(bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                  bytes.begin() + static_cast<std::ptrdiff_t>(offset + size));
  };
  EXPECT_EQ(part(0, piece), filled(piece, 'o'));
  EXPECT_NE(part(piece, piece), filled(piece, 'o'));
  EXPECT_NE(part(piece, piece), filled(piece, 'n'));
  EXPECT_EQ(part(2 * piece, piece), filled(piece, 'o'));
  EXPECT_NE(part(3 * piece, 100), filled(100, 'n'));
  EXPECT_NE(left(Unsynced::trashed, 1), left(Unsynced::trashed, 2));
}

TEST_F(PowerCutTest, TrashedKeepsNamesAndSizes) {
  files.open("/data/file", Access::read_write)->resize(10);
  (void)files.create("/data/new");
  files.rename("/data/file", "/data/renamed");
  EXPECT_THAT(left_names(Unsynced::trashed), ElementsAre("/data/new", "/data/renamed"));
  EXPECT_EQ(left(Unsynced::trashed, 1, "/data/renamed"), filled(10, 'o'));
}

TEST_F(PowerCutTest, MixedKeepsDropsOrTrashesEachPiece) {
  const Buffer fresh = filled(piece, 'n');
  const auto file = files.open("/data/file", Access::read_write);
  file->write_at(0, filled(3 * piece, 'n'));
  std::set<std::string> fates;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const Buffer bytes = left(Unsynced::mixed, seed);
    ASSERT_EQ(bytes.size(), old.size());
    std::string fate;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      const Bytes part = Bytes(bytes).subspan(at, piece);
      if (std::ranges::equal(part, fresh)) {
        fate += 'k';
      } else {
        fate += std::ranges::equal(part, filled(piece, 'o')) ? 'd' : 't';
      }
    }
    fates.insert(fate);
  }
  EXPECT_EQ(fates.size(), 27U) << "every combination occurs";
}

TEST_F(PowerCutTest, MixedCutsPiecesWhereThePagesOfTheFileAre) {
  const auto file = files.open("/data/file", Access::read_write);
  file->write_at(piece - 10, filled(20, 'n'));
  bool torn = false;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const Buffer bytes = left(Unsynced::mixed, seed);
    const Bytes first = Bytes(bytes).subspan(piece - 10, 10);
    const Bytes second = Bytes(bytes).subspan(piece, 10);
    torn |=
        std::ranges::equal(first, filled(10, 'o')) && std::ranges::equal(second, filled(10, 'n'));
  }
  EXPECT_TRUE(torn);
}

TEST_F(PowerCutTest, MixedMayKeepASizeWithoutItsBytes) {
  const auto file = files.open("/data/file", Access::read_write);
  file->write_at(3 * piece, filled(10, 'n'));
  std::set<std::string> tails;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const Buffer bytes = left(Unsynced::mixed, seed);
    ASSERT_GE(bytes.size(), old.size());
    EXPECT_TRUE(std::ranges::equal(Bytes(bytes).first(old.size()), old));
    const Bytes tail = Bytes(bytes).subspan(old.size());
    if (tail.empty()) {
      tails.insert("none");
    } else {
      tails.insert(all_zero(tail) ? "zeros" : tail[0] == std::byte{'n'} ? "kept" : "trash");
    }
  }
  EXPECT_THAT(tails, ElementsAre("kept", "none", "trash", "zeros"));
}

TEST_F(PowerCutTest, MixedKeepsOrDropsAResize) {
  files.open("/data/file", Access::read_write)->resize(1);
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    sizes.insert(left(Unsynced::mixed, seed).size());
  }
  EXPECT_THAT(sizes, ElementsAre(1U, 3 * piece));
}

TEST_F(PowerCutTest, TheSameSeedLeavesTheSame) {
  const auto file = files.open("/data/file", Access::read_write);
  file->write_at(10, filled(5 * piece, 'n'));
  (void)files.create("/data/new");
  std::set<std::string> different;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Buffer bytes = left(Unsynced::mixed, seed);
    EXPECT_EQ(left(Unsynced::mixed, seed), bytes);
    EXPECT_EQ(left_names(Unsynced::mixed, seed), left_names(Unsynced::mixed, seed));
    different.insert(std::string(text_of(bytes)));
  }
  EXPECT_GT(different.size(), 15U);
}

TEST_F(PowerCutTest, SyncedContentsSurviveEveryCut) {
  const auto file = files.open("/data/file", Access::read_write);
  file->write_at(0, filled(5 * piece, 'n'));
  file->sync();
  for (const Unsynced how :
       {Unsynced::kept, Unsynced::dropped, Unsynced::trashed, Unsynced::mixed}) {
    EXPECT_EQ(left(how), filled(5 * piece, 'n'));
  }
}

TEST_F(PowerCutTest, ASyncedFileMayLoseItsName) {
  const auto file = files.create("/data/new");
  file->write_at(0, filled(1, 'n'));
  file->sync();
  EXPECT_THAT(left_names(Unsynced::dropped), ElementsAre("/data/file"));
}

TEST_F(PowerCutTest, ASyncedNameMayLoseItsContents) {
  const auto file = files.create("/data/new");
  file->write_at(0, filled(1, 'n'));
  files.sync_folder("/data");
  EXPECT_THAT(left_names(Unsynced::dropped), ElementsAre("/data/file", "/data/new"));
  EXPECT_THAT(left(Unsynced::dropped, 1, "/data/new"), IsEmpty());
}

TEST_F(PowerCutTest, ARemovedFileMayComeBack) {
  files.remove("/data/file");
  EXPECT_THAT(left_names(Unsynced::kept), IsEmpty());
  EXPECT_EQ(left(Unsynced::dropped), old);
  files.sync_folder("/data");
  EXPECT_THAT(left_names(Unsynced::dropped), IsEmpty());
}

TEST_F(PowerCutTest, ARenameHappensWholeOrNotAtAll) {
  const auto file = files.create("/data/new");
  file->write_at(0, filled(1, 'n'));
  file->sync();
  files.sync_folder("/data");
  files.rename("/data/new", "/data/file");
  std::set<std::size_t> outcomes;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const auto names = left_names(Unsynced::mixed, seed);
    outcomes.insert(names.size());
    EXPECT_EQ(left(Unsynced::mixed, seed), names.size() == 1 ? filled(1, 'n') : old);
  }
  EXPECT_THAT(outcomes, ElementsAre(1U, 2U));
}

TEST_F(PowerCutTest, MixedLosesEachChangeOfANameForItself) {
  (void)files.create("/data/a");
  files.rename("/data/a", "/data/b");
  files.remove("/data/file");
  (void)files.create("/data/file");
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    std::string outcome;
    for (const auto& path : left_names(Unsynced::mixed, seed)) outcome += path.filename().string();
    // A file that was removed and made again: the old one, none, or the new and empty one.
    outcome += left(Unsynced::mixed, seed).empty() ? "" : "!";
    outcomes.insert(outcome);
  }
  EXPECT_THAT(outcomes,
              ElementsAre("", "a", "afile", "afile!", "b", "bfile", "bfile!", "file", "file!"));
}

TEST_F(PowerCutTest, ALostChangeOfANameIsNotMadeToAnotherFile) {
  files.remove("/data/file");
  (void)files.create("/data/file");
  files.rename("/data/file", "/data/b");
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    EXPECT_THAT(left(Unsynced::mixed, seed, "/data/b"), IsEmpty()) << "seed " << seed;
  }
}

TEST_F(PowerCutTest, FoldersSurvive) {
  files.make_folders("/other/folder");
  files.restart(Unsynced::dropped);
  EXPECT_EQ(files.type("/other/folder"), FileType::folder);
}

TEST_F(PowerCutTest, FilesAndLocksOfBeforeAreDead) {
  const auto file = files.open("/data/file", Access::read_write);
  const auto attempt = files.try_lock("/data/lock");
  files.restart(Unsynced::kept);
  EXPECT_THROW((void)file->size(), Crash);
  EXPECT_EQ(files.try_lock("/data/lock").outcome, LockAttempt::Outcome::taken);
}

/// The textbook way to replace a file. It must hold in this model, or the model is too cruel to be
/// true; without one of its syncs it must break, or the model is too kind to find anything.
enum class Omitted { nothing, sync_of_file, sync_of_folder };

/// Whether a cut at some moment left neither the old contents nor the new, or lost new contents
/// that were said to be durable.
bool some_cut_breaks(const SimulatedDisk& start, const Buffer& before, Omitted omitted) {
  const Buffer after(2 * piece + 5, std::byte{'n'});
  for (const Stop stop : {Stop::before, Stop::midway}) {
    for (std::uint64_t n = 1; n <= 6; ++n) {
      for (std::uint64_t seed = 0; seed < 40; ++seed) {
        SimulatedFileSystem files;
        files.put_back(start);
        files.stop_at(n, stop);
        bool done = false;
        try {
          const auto file = files.create("/data/unfinished");
          file->write_at(0, after);
          if (omitted != Omitted::sync_of_file) file->sync();
          files.rename("/data/unfinished", "/data/file");
          if (omitted != Omitted::sync_of_folder) files.sync_folder("/data");
          done = true;
        } catch (const Crash&) {
        }
        files.restart(static_cast<Unsynced>(seed % 4), seed);
        const auto left = files.contents("/data/file");
        if (left != after && (done || left != before)) return true;
      }
    }
  }
  return false;
}

TEST_F(PowerCutTest, ReplacingAFileNeedsBothSyncsAndNoMore) {
  const SimulatedDisk start = files.snapshot();
  EXPECT_FALSE(some_cut_breaks(start, old, Omitted::nothing));
  EXPECT_TRUE(some_cut_breaks(start, old, Omitted::sync_of_file));
  EXPECT_TRUE(some_cut_breaks(start, old, Omitted::sync_of_folder));
}

}  // namespace
}  // namespace tidemark::io
