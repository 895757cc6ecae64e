#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "io/descriptor.h"
#include "io/failure.h"
#include "io/posix.h"
#include "io/posix_file.h"

namespace tidemark::io {
namespace {

/// Sets or ends the lock on the whole file, and returns 0 or errno.
int set_lock(int file, short kind) {
  struct ::flock whole{};
  whole.l_type = kind;
  whole.l_whence = SEEK_SET;
  const int result = uninterrupted([&] {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): the system has no other fcntl
    return ::fcntl(file, F_OFD_SETLK, &whole);
  });
  return result == 0 ? 0 : errno;
}

class PosixLock final : public Lock {
 public:
  explicit PosixLock(Descriptor file) : file_(std::move(file)), owner_(::getpid()) {
    // The lock counts, not what the file says: a full disk must not cost it.
    const std::string pid = std::to_string(owner_) + "\n";
    [[maybe_unused]] const bool written =
        ::ftruncate(file_.get(), 0) == 0 && ::pwrite(file_.get(), pid.data(), pid.size(), 0) > 0;
  }

  ~PosixLock() override {
    // A forked child shares the lock's file, and must not end what its parent holds.
    if (::getpid() != owner_) return;
    [[maybe_unused]] const int ignored = ::ftruncate(file_.get(), 0);
    // Closing alone would leave the lock to children that were forked meanwhile.
    set_lock(file_.get(), F_UNLCK);
  }

  PosixLock(const PosixLock&) = delete;
  PosixLock& operator=(const PosixLock&) = delete;

 private:
  Descriptor file_;
  pid_t owner_;
};

Descriptor open_lock_file(const std::filesystem::path& path) {
  // A device or FIFO must not even be opened; a link is not followed to a file that is not ours.
  struct ::stat before{};
  if (::lstat(path.c_str(), &before) == 0 && !S_ISREG(before.st_mode)) {
    throw not_regular("lock", path);
  }
  Descriptor file = open_descriptor(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
  if (!file.valid()) throw failure("lock", path, errno);
  return file;
}

/// The process id in the file, if it holds one and nothing else.
std::optional<long> read_holder(int file) {
  std::array<char, 24> text{};
  const ssize_t size = uninterrupted([&] { return ::pread(file, text.data(), text.size(), 0); });
  if (size <= 0) return std::nullopt;
  const char* const end = text.data() + size;
  long holder = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, holder);
  if (error != std::errc() || holder <= 0 || std::string_view(stop, end) != "\n") {
    return std::nullopt;
  }
  return holder;
}

}  // namespace

LockAttempt PosixFileSystem::try_lock(const std::filesystem::path& path) {
  Descriptor file = open_lock_file(path);
  const struct ::stat status = status_of_regular(file.get(), "lock", path);
  switch (const int error = set_lock(file.get(), F_WRLCK)) {
    case 0:
      break;
    case EAGAIN:
    case EACCES:
      return {.outcome = LockAttempt::Outcome::held, .holder = read_holder(file.get())};
    case EINVAL:
    case ENOSYS:
    case EOPNOTSUPP:
    case ENOLCK:
      return {.outcome = LockAttempt::Outcome::refused};
    default:
      throw failure("lock", path, error);
  }
  // The umask of who made it may have taken away even the owner's rights.
  if ((status.st_mode & private_file) != private_file) {
    [[maybe_unused]] const int ignored = ::fchmod(file.get(), private_file);
  }
  return {.outcome = LockAttempt::Outcome::taken,
          .lock = std::make_unique<PosixLock>(std::move(file))};
}

}  // namespace tidemark::io
