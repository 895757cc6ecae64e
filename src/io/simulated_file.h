#pragma once

#include "io/simulated.h"

namespace tidemark::io {

/// A file that one process of a SimulatedFileSystem opened.
class SimulatedFileSystem::OpenFile final : public File {
 public:
  OpenFile(SimulatedFileSystem& files, std::shared_ptr<SimulatedInode> inode,
           std::filesystem::path path, Access access)
      : files_(files),
        inode_(std::move(inode)),
        path_(std::move(path)),
        access_(access),
        process_(files.process_) {}

  [[nodiscard]] std::size_t read_at(std::uint64_t offset, MutableBytes into) override;
  void write_at(std::uint64_t offset, Bytes bytes) override;
  void resize(std::uint64_t size) override;
  void sync() override;
  [[nodiscard]] std::uint64_t size() override;

  /// Hints are calls that can be stopped at, and do nothing: whatever a begin_sync() may have made
  /// durable, a power cut may keep anyway.
  void expect_reads(std::uint64_t offset, std::uint64_t length) override;
  void expect_writes(std::uint64_t offset, std::uint64_t length) override;
  void begin_sync(std::uint64_t offset, std::uint64_t length) override;
  [[nodiscard]] const std::filesystem::path& path() const noexcept override { return path_; }

 private:
  void demand_writable(std::string_view doing) const;
  void hint();

  SimulatedFileSystem& files_;
  std::shared_ptr<SimulatedInode> inode_;
  std::filesystem::path path_;
  Access access_;
  std::uint64_t process_;
};

/// A lock that one process of a SimulatedFileSystem took.
class SimulatedFileSystem::HeldLock final : public Lock {
 public:
  HeldLock(SimulatedFileSystem& files, std::shared_ptr<SimulatedInode> inode, std::uint64_t process)
      : files_(files), inode_(std::move(inode)), process_(process) {}
  ~HeldLock() override;
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;

 private:
  SimulatedFileSystem& files_;
  std::shared_ptr<SimulatedInode> inode_;
  std::uint64_t process_;
};

}  // namespace tidemark::io
