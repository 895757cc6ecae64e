#pragma once

#include "io/file_system.h"

namespace tidemark::simulation {

/// A file system whose syncs do nothing, as if the counter were asked before them.
class EarlyFiles final : public io::FileSystem {
 public:
  explicit EarlyFiles(io::FileSystem& real) : real_(real) {}

  [[nodiscard]] std::filesystem::path resolve(const std::filesystem::path& path) override {
    return real_.resolve(path);
  }
  [[nodiscard]] io::FileType type(const std::filesystem::path& path) override {
    return real_.type(path);
  }
  [[nodiscard]] bool private_to_owner(const std::filesystem::path& path) override {
    return real_.private_to_owner(path);
  }
  [[nodiscard]] std::unique_ptr<io::File> open(const std::filesystem::path& path,
                                               io::Access access) override {
    return std::make_unique<File>(real_.open(path, access));
  }
  [[nodiscard]] std::size_t read_special(const std::filesystem::path& path,
                                         MutableBytes into) override {
    return real_.read_special(path, into);
  }
  [[nodiscard]] std::unique_ptr<io::File> create(const std::filesystem::path& path) override {
    return std::make_unique<File>(real_.create(path));
  }
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    real_.rename(from, to);
  }
  void remove(const std::filesystem::path& path) override { real_.remove(path); }
  void make_folders(const std::filesystem::path& path) override { real_.make_folders(path); }
  void sync_folder(const std::filesystem::path& path) override { real_.sync_folder(path); }
  [[nodiscard]] std::vector<std::string> list(const std::filesystem::path& path) override {
    return real_.list(path);
  }
  [[nodiscard]] io::LockAttempt try_lock(const std::filesystem::path& path) override {
    return real_.try_lock(path);
  }

 private:
  class File final : public io::File {
   public:
    explicit File(std::unique_ptr<io::File> real) : real_(std::move(real)) {}
    [[nodiscard]] std::size_t read_at(std::uint64_t offset, MutableBytes into) override {
      return real_->read_at(offset, into);
    }
    void write_at(std::uint64_t offset, Bytes bytes) override { real_->write_at(offset, bytes); }
    void resize(std::uint64_t size) override { real_->resize(size); }
    void sync() override {}
    [[nodiscard]] std::uint64_t size() override { return real_->size(); }
    [[nodiscard]] const std::filesystem::path& path() const noexcept override {
      return real_->path();
    }

   private:
    std::unique_ptr<io::File> real_;
  };

  io::FileSystem& real_;
};

}  // namespace tidemark::simulation
