#include <gmock/gmock.h>

#include "io/posix.h"
#include "tests/io/helpers.h"

namespace tidemark::io {
namespace {

using testing::HasSubstr;

class PosixResolveTest : public testing::Test {
 protected:
  void link(const std::string& name, const std::filesystem::path& target) {
    std::filesystem::create_symlink(target, folder / name);
  }

  TemporaryFolder temporary;
  std::filesystem::path folder = temporary.path();
  PosixFileSystem files;
};

TEST_F(PosixResolveTest, LinksAreFollowed) {
  std::filesystem::create_directory(folder / "real");
  write_new(files, folder / "real" / "file", "");
  link("folder", "real");
  link("file", "folder/file");
  link("absolute", folder / "file");
  const auto real = folder / "real" / "file";
  for (const std::string name : {"folder/file", "file", "absolute", "folder/../file", "file/"}) {
    EXPECT_EQ(files.resolve(folder / name), real) << name;
  }
  EXPECT_EQ(files.resolve(folder / "folder"), folder / "real");
  EXPECT_EQ(files.resolve(folder / "folder" / ""), folder / "real");
}

TEST_F(PosixResolveTest, DanglingLinksAreFollowedToWhereTheFileWillBe) {
  std::filesystem::create_directory(folder / "real");
  link("folder", "real");
  link("one", "two");
  link("two", "folder/../folder/absent");
  link("slash", "folder/absent/");
  EXPECT_EQ(files.resolve(folder / "one"), folder / "real" / "absent");
  EXPECT_EQ(files.resolve(folder / "slash"), folder / "real" / "absent");
  EXPECT_EQ(files.type(folder / "real" / "absent"), FileType::absent);
}

TEST_F(PosixResolveTest, ADanglingLinkIntoNoFolderNamesTheFolder) {
  link("link", "absent/file");
  EXPECT_THAT(failure_of([&] { (void)files.resolve(folder / "link"); }),
              HasSubstr("cannot find the folder " + (folder / "absent").string()));
}

TEST_F(PosixResolveTest, ALoopEnds) {
  link("one", "two");
  link("two", "one");
  link("self", "self");
  for (const std::string name : {"one", "self"}) {
    EXPECT_THAT(failure_of([&] { (void)files.resolve(folder / name); }),
                HasSubstr("cannot follow the links of " + (folder / name).string() +
                          ": Too many levels of symbolic links"));
  }
  EXPECT_THAT(failure_of([&] { (void)files.resolve(folder / "self" / "file"); }),
              HasSubstr("Too many levels of symbolic links"));
}

TEST_F(PosixResolveTest, FortyLinksAreFollowedAndNotOneMore) {
  for (int i = 0; i <= 40; ++i) link(std::to_string(i), std::to_string(i + 1));
  EXPECT_EQ(files.resolve(folder / "1"), folder / "41");
  EXPECT_THAT(failure_of([&] { (void)files.resolve(folder / "0"); }), HasSubstr("Too many"));
}

TEST_F(PosixResolveTest, RelativePathsAreTheCurrentDirectorys) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder);
  std::filesystem::create_directory("sub");
  EXPECT_EQ(files.resolve("absent"), folder / "absent");
  EXPECT_EQ(files.resolve("sub/absent"), folder / "sub" / "absent");
  EXPECT_EQ(files.resolve("./sub/../absent"), folder / "absent");
  EXPECT_EQ(files.resolve(""), folder);
  EXPECT_EQ(files.resolve("."), folder);
  EXPECT_EQ(files.resolve("sub/"), folder / "sub");
  EXPECT_EQ(files.resolve(".."), folder.parent_path());
  EXPECT_THAT(failure_of([&] { (void)files.resolve("none/absent"); }),
              HasSubstr("cannot find the folder " + (folder / "none").string()));
  std::filesystem::current_path(before);
}

TEST_F(PosixResolveTest, DotsBehindWhatIsNoFolderAreRefused) {
  write_new(files, folder / "file", "");
  for (const std::string name : {"file/.", "file/..", "absent/.", "absent/.."}) {
    EXPECT_THAT(failure_of([&] { (void)files.resolve(folder / name); }),
                HasSubstr("cannot find the folder " + (folder / name).string()));
  }
}

}  // namespace
}  // namespace tidemark::io
