#include <gmock/gmock.h>

#include "io/posix.h"
#include "io/simulated.h"
#include "tests/io/helpers.h"

/// What every file system must do, whichever it is.
namespace tidemark::io {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

struct Posix {
  TemporaryFolder temporary;
  PosixFileSystem files;
  std::filesystem::path folder = temporary.path();
};

struct Simulated {
  Simulated() { files.make_folders(folder); }
  SimulatedFileSystem files;
  std::filesystem::path folder = "/data";
};

template <class Kind>
class Conformance : public testing::Test {
 protected:
  Kind kind;
  FileSystem& files = kind.files;
  std::filesystem::path folder = kind.folder;
  std::filesystem::path target = folder / "file";
};

using Kinds = testing::Types<Posix, Simulated>;
TYPED_TEST_SUITE(Conformance, Kinds);

TYPED_TEST(Conformance, WhatIsWrittenIsReadBack) {
  const auto file = this->files.create(this->target);
  file->write_at(0, bytes_of("hello world"));
  file->write_at(6, bytes_of("there"));
  EXPECT_EQ(read_all(*file), "hello there");
  EXPECT_EQ(file->path(), this->target);
  file->sync();
  this->files.sync_folder(this->folder);
  EXPECT_EQ(read_all(this->files, this->target), "hello there");
}

TYPED_TEST(Conformance, AWriteBeyondTheEndLeavesZeros) {
  const auto file = this->files.create(this->target);
  file->write_at(3, bytes_of("x"));
  EXPECT_EQ(read_all(*file), std::string("\0\0\0x", 4));
}

TYPED_TEST(Conformance, AnEmptyWriteDoesNothing) {
  const auto file = this->files.create(this->target);
  file->write_at(10, {});
  EXPECT_EQ(file->size(), 0U);
}

TYPED_TEST(Conformance, AReadEndsAtTheEndOfTheFile) {
  const auto file = this->files.create(this->target);
  file->write_at(0, bytes_of("abcdef"));
  Buffer into(4);
  EXPECT_EQ(file->read_at(4, into), 2U);
  EXPECT_EQ(text_of(Bytes(into).first(2)), "ef");
  EXPECT_EQ(file->read_at(6, into), 0U);
  EXPECT_EQ(file->read_at(~std::uint64_t{0}, into), 0U);
  EXPECT_EQ(file->read_at(~std::uint64_t{0} >> 1U, into), 0U);
  EXPECT_EQ(file->read_at((~std::uint64_t{0} >> 1U) - 2, into), 0U);
  EXPECT_EQ(file->read_at(0, {}), 0U);
}

TYPED_TEST(Conformance, ResizeCutsAndGrowsWithZeros) {
  const auto file = this->files.create(this->target);
  file->write_at(0, bytes_of("abcdef"));
  file->resize(2);
  file->resize(4);
  EXPECT_EQ(read_all(*file), std::string("ab\0\0", 4));
}

TYPED_TEST(Conformance, AWildOffsetIsAnError) {
  const auto file = this->files.create(this->target);
  for (const std::uint64_t offset : {~std::uint64_t{0}, ~std::uint64_t{0} >> 1U}) {
    EXPECT_THAT(failure_of([&] { file->write_at(offset, bytes_of("xy")); }),
                HasSubstr("cannot write " + this->target.string() + ": File too large"));
    EXPECT_THAT(failure_of([&] { file->resize(offset); }), HasSubstr("cannot resize "));
  }
  EXPECT_EQ(file->size(), 0U);
}

TYPED_TEST(Conformance, AFileOpenedForReadingIsNotWritten) {
  write_new(this->files, this->target, "text");
  const auto file = this->files.open(this->target, Access::read);
  EXPECT_THAT(failure_of([&] { file->write_at(0, bytes_of("x")); }), HasSubstr("cannot write "));
  EXPECT_THAT(failure_of([&] { file->resize(0); }), HasSubstr("cannot resize "));
  file->sync();
  EXPECT_EQ(read_all(*file), "text");
}

TYPED_TEST(Conformance, TwoOpenFilesSeeEachOther) {
  const auto one = this->files.create(this->target);
  const auto other = this->files.open(this->target, Access::read_write);
  one->write_at(0, bytes_of("ab"));
  other->write_at(1, bytes_of("c"));
  EXPECT_EQ(read_all(*one), "ac");
}

TYPED_TEST(Conformance, OpenRefusesWhatIsNoFile) {
  EXPECT_THAT(
      failure_of([&] { (void)this->files.open(this->target, Access::read); }),
      HasSubstr("cannot open " + this->target.string() + ": No such file or directory; check"));
  EXPECT_THAT(failure_of([&] { (void)this->files.open(this->folder, Access::read); }),
              HasSubstr("it is not a regular file"));
  write_new(this->files, this->target, "");
  EXPECT_THAT(failure_of([&] { (void)this->files.open(this->target / "below", Access::read); }),
              HasSubstr("Not a directory"));
}

TYPED_TEST(Conformance, ReadSpecialReadsWhatThereIs) {
  write_new(this->files, this->target, "abcdef");
  Buffer into(8);
  EXPECT_EQ(this->files.read_special(this->target, into), 6U);
  EXPECT_EQ(text_of(Bytes(into).first(6)), "abcdef");
  EXPECT_EQ(this->files.read_special(this->target, MutableBytes(into).first(3)), 3U);
  EXPECT_EQ(text_of(Bytes(into).first(3)), "abc");
  EXPECT_EQ(this->files.read_special(this->target, {}), 0U);
  write_new(this->files, this->folder / "empty", "");
  EXPECT_EQ(this->files.read_special(this->folder / "empty", into), 0U);
}

TYPED_TEST(Conformance, ReadSpecialRefusesWhatCannotBeRead) {
  Buffer into(8);
  EXPECT_THAT(failure_of([&] { (void)this->files.read_special(this->target, into); }),
              HasSubstr("cannot open " + this->target.string() + ": No such file or directory"));
  EXPECT_THAT(failure_of([&] { (void)this->files.read_special(this->folder, into); }),
              HasSubstr("cannot read " + this->folder.string() + ": Is a directory"));
}

TYPED_TEST(Conformance, CreateRefusesATakenName) {
  write_new(this->files, this->target, "text");
  EXPECT_THAT(failure_of([&] { (void)this->files.create(this->target); }),
              HasSubstr("cannot create " + this->target.string() + ": File exists"));
  EXPECT_THAT(failure_of([&] { (void)this->files.create(this->folder); }),
              HasSubstr("File exists"));
  EXPECT_THAT(failure_of([&] { (void)this->files.create(this->folder / "no" / "file"); }),
              HasSubstr("No such file or directory"));
  EXPECT_EQ(read_all(this->files, this->target), "text");
}

TYPED_TEST(Conformance, TypeSaysWhatThereIs) {
  write_new(this->files, this->target, "");
  EXPECT_EQ(this->files.type(this->target), FileType::regular);
  EXPECT_EQ(this->files.type(this->folder), FileType::folder);
  EXPECT_EQ(this->files.type(this->folder / "absent"), FileType::absent);
  EXPECT_EQ(this->files.type(this->folder / "absent" / "below"), FileType::absent);
  EXPECT_EQ(this->files.type(this->target / "below"), FileType::absent);
}

TYPED_TEST(Conformance, WhatIsMadeIsPrivate) {
  write_new(this->files, this->target, "");
  EXPECT_TRUE(this->files.private_to_owner(this->target));
  EXPECT_THAT(failure_of([&] { (void)this->files.private_to_owner(this->folder / "absent"); }),
              HasSubstr("No such file or directory"));
}

TYPED_TEST(Conformance, RenameReplacesAndOpenFilesLiveOn) {
  const auto to = this->folder / "to";
  write_new(this->files, this->target, "new");
  write_new(this->files, to, "old");
  const auto replaced = this->files.open(to, Access::read_write);
  const auto renamed = this->files.open(this->target, Access::read_write);
  this->files.rename(this->target, to);
  replaced->write_at(3, bytes_of("er"));
  renamed->write_at(3, bytes_of("est"));
  EXPECT_EQ(read_all(*replaced), "older");
  EXPECT_EQ(read_all(this->files, to), "newest");
  EXPECT_EQ(this->files.type(this->target), FileType::absent);
}

TYPED_TEST(Conformance, RenameToItselfChangesNothing) {
  write_new(this->files, this->target, "text");
  this->files.rename(this->target, this->target);
  EXPECT_EQ(read_all(this->files, this->target), "text");
}

TYPED_TEST(Conformance, RenameRefusesWhatDoesNotFit) {
  const auto to = this->folder / "to";
  EXPECT_THAT(failure_of([&] { this->files.rename(this->target, to); }),
              HasSubstr("cannot rename " + this->target.string() + " to " + to.string() +
                        ": No such file or directory"));
  write_new(this->files, this->target, "text");
  this->files.make_folders(to);
  EXPECT_THAT(failure_of([&] { this->files.rename(this->target, to); }),
              HasSubstr("Is a directory"));
  EXPECT_EQ(read_all(this->files, this->target), "text");
}

TYPED_TEST(Conformance, RemoveTakesTheNameAndOpenFilesLiveOn) {
  const auto file = this->files.create(this->target);
  this->files.remove(this->target);
  this->files.remove(this->target);
  EXPECT_EQ(this->files.type(this->target), FileType::absent);
  file->write_at(0, bytes_of("text"));
  EXPECT_EQ(read_all(*file), "text");
  EXPECT_THAT(failure_of([&] { this->files.remove(this->folder); }), HasSubstr("cannot remove "));
}

TYPED_TEST(Conformance, MakeFoldersMakesAllThatAreMissing) {
  const auto deep = this->folder / "a" / "b" / "c";
  this->files.make_folders(deep);
  this->files.make_folders(deep);
  this->files.make_folders(deep / "");
  EXPECT_EQ(this->files.type(deep), FileType::folder);
  write_new(this->files, deep / "file", "text");
  EXPECT_THAT(this->files.list(this->folder), UnorderedElementsAre("a"));
  EXPECT_THAT(failure_of([&] { this->files.make_folders(deep / "file"); }),
              HasSubstr("cannot make the folder "));
  EXPECT_THAT(failure_of([&] { this->files.make_folders(deep / "file" / "below"); }),
              HasSubstr("cannot make the folder "));
}

TYPED_TEST(Conformance, ListNamesFilesAndFolders) {
  EXPECT_THAT(this->files.list(this->folder), UnorderedElementsAre());
  write_new(this->files, this->target, "");
  write_new(this->files, this->folder / ".hidden", "");
  this->files.make_folders(this->folder / "sub" / "deeper");
  EXPECT_THAT(this->files.list(this->folder), UnorderedElementsAre("file", ".hidden", "sub"));
  EXPECT_THAT(failure_of([&] { (void)this->files.list(this->folder / "absent"); }),
              HasSubstr("No such file or directory"));
  EXPECT_THAT(failure_of([&] { (void)this->files.list(this->target); }),
              HasSubstr("Not a directory"));
}

TYPED_TEST(Conformance, SyncFolderNeedsAFolder) {
  EXPECT_THAT(failure_of([&] { this->files.sync_folder(this->folder / "absent"); }),
              HasSubstr("cannot sync the folder "));
  write_new(this->files, this->target, "");
  EXPECT_THAT(failure_of([&] { this->files.sync_folder(this->target); }),
              HasSubstr("Not a directory"));
}

TYPED_TEST(Conformance, AnyNameWorks) {
  for (const std::string name : {"with  spaces ", "\xff\xfe", "new\nline", "-f", "*", "\"quoted\"",
                                 "\xe2\x9c\x93", "~", "\\"}) {
    const auto path = this->folder / name;
    write_new(this->files, path, name);
    EXPECT_EQ(this->files.resolve(path), path);
    EXPECT_THAT(this->files.list(this->folder), UnorderedElementsAre(name));
    EXPECT_EQ(read_all(this->files, path), name);
    const auto other = this->folder / (name + "'");
    this->files.rename(path, other);
    EXPECT_EQ(this->files.try_lock(other).outcome, LockAttempt::Outcome::taken);
    this->files.remove(other);
  }
}

TYPED_TEST(Conformance, ResolveNamesOneFileOneWay) {
  this->files.make_folders(this->folder / "sub");
  write_new(this->files, this->target, "");
  for (const auto& path : {this->target, this->folder / "." / "file", this->folder / "sub/../file",
                           this->folder / "sub" / ".." / "." / "file"}) {
    EXPECT_EQ(this->files.resolve(path), this->target);
  }
  const auto absent = this->folder / "absent";
  EXPECT_EQ(this->files.resolve(absent), absent);
  EXPECT_EQ(this->files.resolve(absent / ""), absent);
  for (const auto& path : {this->folder, this->folder / "", this->folder / ".",
                           this->folder / "sub" / "..", this->folder / "sub" / ".." / ""}) {
    EXPECT_EQ(this->files.resolve(path), this->folder);
  }
  EXPECT_EQ(this->files.resolve("/"), "/");
  EXPECT_EQ(this->files.type(this->files.resolve("")), FileType::folder);
  EXPECT_EQ(this->files.type(this->files.resolve(".")), FileType::folder);
}

TYPED_TEST(Conformance, ResolveNamesTheMissingFolder) {
  const auto absent = this->folder / "absent";
  EXPECT_THAT(failure_of([&] { (void)this->files.resolve(absent / "file"); }),
              HasSubstr("cannot find the folder " + absent.string() + ": No such file"));
  write_new(this->files, this->target, "");
  EXPECT_THAT(failure_of([&] { (void)this->files.resolve(this->target / "below"); }),
              HasSubstr("cannot find the folder " + this->target.string() + ": Not a directory"));
}

TYPED_TEST(Conformance, ALockExcludesOthersUntilItIsReleased) {
  using Outcome = LockAttempt::Outcome;
  LockAttempt first = this->files.try_lock(this->target);
  ASSERT_EQ(first.outcome, Outcome::taken);
  ASSERT_NE(first.lock, nullptr);
  const std::string content = read_all(this->files, this->target);

  const LockAttempt second = this->files.try_lock(this->target);
  EXPECT_EQ(second.outcome, Outcome::held);
  EXPECT_EQ(second.lock, nullptr);
  ASSERT_TRUE(second.holder.has_value());
  EXPECT_EQ(content, std::to_string(*second.holder) + "\n");
  EXPECT_EQ(read_all(this->files, this->target), content);
  EXPECT_EQ(this->files.try_lock(this->folder / "other").outcome, Outcome::taken);

  first.lock.reset();
  EXPECT_EQ(read_all(this->files, this->target), "");
  EXPECT_EQ(this->files.try_lock(this->target).outcome, Outcome::taken);
}

TYPED_TEST(Conformance, ALockNeedsAFileInAFolder) {
  EXPECT_THAT(failure_of([&] { (void)this->files.try_lock(this->folder); }),
              HasSubstr("it is not a regular file"));
  EXPECT_THAT(failure_of([&] { (void)this->files.try_lock(this->folder / "no" / "lock"); }),
              HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace tidemark::io
