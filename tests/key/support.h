#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <tidemark/error.h>
#include <tidemark/key.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "key/source.h"

namespace tidemark::key {

/// Sets an environment variable, or takes it away, until the end of the scope.
class ScopedVariable {
 public:
  ScopedVariable(std::string name, const char* value) : name_(std::move(name)) {
    if (const char* const before = ::getenv(name_.c_str())) before_ = before;
    set(value);
  }
  ~ScopedVariable() { set(before_ ? before_->c_str() : nullptr); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  void set(const char* value) const {
    if (value != nullptr) {
      ::setenv(name_.c_str(), value, 1);
    } else {
      ::unsetenv(name_.c_str());
    }
  }

  std::string name_;
  std::optional<std::string> before_;
};

/// A new folder for one test.
class ScopedFolder {
 public:
  ScopedFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tidemark-key-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = std::filesystem::canonical(pattern);
  }
  ~ScopedFolder() { std::filesystem::remove_all(path_); }
  ScopedFolder(const ScopedFolder&) = delete;
  ScopedFolder& operator=(const ScopedFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::unique_ptr<Unlocker> load(const Key& key, io::FileSystem& files,
                                      Missing missing = Missing::refuse,
                                      std::string_view lineage = "person") {
  SystemRandom random;
  return key.source()->load(lineage, missing, files, random);
}

inline crypto::SecretBuffer secret(std::string_view text) {
  crypto::SecretBuffer buffer(text.size());
  std::ranges::copy(bytes_of(text), buffer.mutable_bytes().begin());
  return buffer;
}

/// A slot that only the same key opens: tells which key an unlocker has.
inline Buffer slot_of(const Unlocker& unlocker) {
  SystemRandom random;
  return unlocker.seal_slot(crypto::Secret32(), bytes_of("context"), random);
}

inline bool opens(const Unlocker& unlocker, Bytes slot) {
  return unlocker.open_slot(slot, bytes_of("context")).has_value();
}

/// The error that `call` throws; a failure of the test if it throws none.
template <class Call>
Error error_of(Call call) {
  try {
    (void)call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {Code::ok, "", ""};
}

inline std::string words(const Error& error) { return error.what() + ("; " + error.advice()); }

}  // namespace tidemark::key
