#include <tidemark/error.h>

#include <chrono>
#include <utility>

#include "base/clock.h"
#include "base/shell.h"
#include "base/state_home.h"
#include "crypto/hash.h"
#include "key/slot.h"
#include "key/sources.h"

namespace tidemark::key {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t key_size = 32;

/// How long to wait for a program that is making the key, which takes it two syncs.
constexpr auto patience = 10s;
constexpr auto pause = 5ms;

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what,
                         std::string advice) {
  throw Error(Code::wrong_key, "the key file " + path.string() + " " + what, std::move(advice));
}

std::unique_ptr<Unlocker> read_key(const std::filesystem::path& path, io::FileSystem& files,
                                   std::string advice_if_absent) {
  const io::FileType type = files.type(path);
  if (type == io::FileType::absent) refuse(path, "does not exist", std::move(advice_if_absent));
  if (type != io::FileType::regular) {
    refuse(path, "is not a regular file", "name a file of exactly 32 raw bytes");
  }
  if (!files.private_to_owner(path)) {
    refuse(path, "may be read or written by others", "run: chmod 600 " + shell_word(path.string()));
  }
  const auto file = files.open(path, io::Access::read);
  crypto::Secret32 key;
  const std::uint64_t size = file->size();
  if (size != key_size || file->read_at(0, key.mutable_bytes()) != key_size) {
    refuse(path, "holds " + std::to_string(size) + " bytes", "name a file of exactly 32 raw bytes");
  }
  return raw_unlocker(std::move(key));
}

class NamedFile final : public Source {
 public:
  explicit NamedFile(std::filesystem::path path) : path_(std::move(path)) {}

  [[nodiscard]] std::unique_ptr<Unlocker> load(std::string_view /*lineage*/, Missing /*missing*/,
                                               io::FileSystem& files,
                                               Random& /*random*/) const override {
    return read_key(path_, files,
                    "name the key of this lineage, or make one for a new lineage: (umask 077; head "
                    "-c 32 /dev/urandom > " +
                        shell_word(path_.string()) + ")");
  }

  [[nodiscard]] std::string uri() const override { return "file:" + path_.string(); }

 private:
  std::filesystem::path path_;
};

void remove_quietly(const std::filesystem::path& path, io::FileSystem& files) {
  try {
    files.remove(path);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the caller must hear what failed first
  }
}

void make_key(const std::filesystem::path& path, io::FileSystem& files, Random& random) {
  crypto::Secret32 key;
  random.fill(key.mutable_bytes());
  std::filesystem::path unfinished = path;
  unfinished += "." + to_hex(random.array<8>());
  const auto file = files.create(unfinished);
  try {
    file->write_at(0, key.bytes());
    file->sync();
    files.rename(unfinished, path);
  } catch (const Error&) {
    remove_quietly(unfinished, files);
    throw;
  }
}

std::unique_ptr<io::Lock> lock_for_making(const std::filesystem::path& path,
                                          io::FileSystem& files) {
  std::filesystem::path lock_path = path;
  lock_path += ".lock";
  SystemClock clock;
  const auto deadline = clock.now() + patience;
  while (true) {
    io::LockAttempt attempt = files.try_lock(lock_path);
    if (attempt.outcome == io::LockAttempt::Outcome::taken) return std::move(attempt.lock);
    if (attempt.outcome == io::LockAttempt::Outcome::refused) {
      throw Error(Code::failed,
                  "cannot make the key file " + path.string() +
                      " safely, because its file system has no locks",
                  "make a key file yourself and name it by file:PATH");
    }
    if (clock.now() >= deadline) {
      throw Error(Code::in_use,
                  (attempt.holder ? "process " + std::to_string(*attempt.holder)
                                  : std::string("another program")) +
                      " is still making the key file " + path.string(),
                  "wait for it to end, or end it, and start again");
    }
    clock.sleep_for(pause);
  }
}

/// Makes the key that every program reads from then on.
///
/// A crash: the key is written under another name, synced, then renamed, so that under its own name
/// it is whole or absent. A crash leaves at most a file that nobody reads.
///
/// A race: a rename replaces, and a key that was replaced may have been read and used already. So
/// the file is only ever made under a lock, by whoever sees there that it is still missing. The
/// lock ends with its holder, unlike a name that is created first and filled later, which a crash
/// would leave in everybody's way. Without locks there is no such moment, and no key is made.
void make_if_missing(const std::filesystem::path& path, io::FileSystem& files, Random& random) {
  files.make_folders(path.parent_path());
  const auto lock = lock_for_making(path, files);
  if (files.type(path) == io::FileType::absent) make_key(path, files, random);
}

class DefaultFile final : public Source {
 public:
  [[nodiscard]] std::unique_ptr<Unlocker> load(std::string_view lineage, Missing missing,
                                               io::FileSystem& files,
                                               Random& random) const override {
    const auto path =
        state_home() / "keys" / (to_hex(crypto::sha256({bytes_of(lineage)}).bytes) + ".key");
    if (missing == Missing::make) {
      if (files.type(path) == io::FileType::absent) make_if_missing(path, files, random);
      // Also if another program made it, which may not have come to this, or been killed before:
      // a state must not be sealed with a key that a power cut takes away.
      files.sync_folder(path.parent_path());
    }
    return read_key(path, files,
                    "bring it from where this lineage was started, or name the key by file:PATH or "
                    "env:NAME");
  }

  [[nodiscard]] std::string uri() const override { return "file:"; }
};

}  // namespace

std::shared_ptr<const Source> named_file(std::filesystem::path path) {
  return std::make_shared<NamedFile>(std::move(path));
}

std::shared_ptr<const Source> default_file() { return std::make_shared<DefaultFile>(); }

}  // namespace tidemark::key
