#pragma once

#include <array>
#include <cstddef>

#include "base/bytes.h"

namespace tidemark::crypto {

/// Overwrites memory in a way that the compiler does not leave out.
void wipe(MutableBytes bytes) noexcept;

/// `N` secret bytes, wiped when they are destroyed or moved from. Copied only by name, so that
/// every copy is seen in the code.
template <std::size_t N>
class Secret {
 public:
  Secret() = default;
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      wipe(other.bytes_);
    }
    return *this;
  }
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(bytes_); }

  [[nodiscard]] Secret copy() const {
    Secret other;
    other.bytes_ = bytes_;
    return other;
  }

  [[nodiscard]] Bytes bytes() const noexcept { return bytes_; }
  [[nodiscard]] MutableBytes mutable_bytes() noexcept { return bytes_; }

 private:
  Secret(const Secret&) = default;
  std::array<std::byte, N> bytes_{};
};

using Secret32 = Secret<32>;

/// A buffer of secret bytes whose size is known when it is made; wiped when destroyed.
class SecretBuffer {
 public:
  explicit SecretBuffer(std::size_t size) : bytes_(size) {}
  SecretBuffer(SecretBuffer&&) noexcept = default;
  SecretBuffer& operator=(SecretBuffer&&) = delete;
  ~SecretBuffer() { wipe(bytes_); }

  [[nodiscard]] Bytes bytes() const noexcept { return bytes_; }
  [[nodiscard]] MutableBytes mutable_bytes() noexcept { return bytes_; }

 private:
  Buffer bytes_;
};

}  // namespace tidemark::crypto
