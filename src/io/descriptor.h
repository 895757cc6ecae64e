#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

namespace tidemark::io {

inline constexpr mode_t private_file = S_IRUSR | S_IWUSR;

/// An open file descriptor, closed by the destructor.
class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (valid()) ::close(number_);
  }

  [[nodiscard]] bool valid() const noexcept { return number_ >= 0; }
  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_;
};

/// Makes a system call again for as long as signals interrupt it.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

/// open(2), close-on-exec; an invalid descriptor and errno where that fails. What it makes is for
/// the owner to read and write.
[[nodiscard]] inline Descriptor open_descriptor(const std::filesystem::path& path, int flags) {
  return Descriptor(uninterrupted([&] {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): the system has no other open
    return ::open(path.c_str(), flags | O_CLOEXEC, private_file);
  }));
}

}  // namespace tidemark::io
