#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/simulated_inode.h"

namespace tidemark::io {

/// A folder of a simulated disk: the names that are seen now, the durable ones, and how the ones
/// came from the others. Every change is one step, also a rename: a power cut leaves all or nothing
/// of it.
class SimulatedFolder {
 public:
  using Inode = std::shared_ptr<SimulatedInode>;
  using Names = std::map<std::string, Inode>;

  [[nodiscard]] const Names& names() const noexcept { return current_; }

  /// The file of this name, or null.
  [[nodiscard]] Inode find(const std::string& name) const;

  void create(const std::string& name, Inode inode);            ///< nothing has the name yet
  void rename(const std::string& from, const std::string& to);  ///< there is a file `from`
  void remove(const std::string& name);                         ///< there is such a file

  void sync();

  /// Only what is durable after a power cut is left, files included.
  void settle(Unsynced how, Dice& dice);

  /// Replaces every file by what `copy` makes of it.
  template <class Copy>
  void replace_inodes(Copy copy);

 private:
  struct Change {
    std::string from{};  ///< empty: the file was created
    std::string to{};    ///< empty: the file was removed
    Inode inode{};
  };

  void make(Change change);
  static void apply(const Change& change, Names& names);

  Names current_;
  Names durable_;
  std::vector<Change> unsynced_;  ///< in order, since the last sync
};

/// A whole disk, as a value: a copy has files of its own, what is unsynced included. Folders are
/// durable from the start, as FileSystem::make_folders promises.
class SimulatedDisk {
 public:
  SimulatedDisk();
  SimulatedDisk(const SimulatedDisk& other);
  SimulatedDisk(SimulatedDisk&&) = default;
  SimulatedDisk& operator=(const SimulatedDisk& other);
  SimulatedDisk& operator=(SimulatedDisk&&) = default;
  ~SimulatedDisk() = default;

  /// By absolute path without a slash at the end.
  using Folders = std::map<std::string, SimulatedFolder>;
  [[nodiscard]] Folders& folders() noexcept { return folders_; }
  [[nodiscard]] const Folders& folders() const noexcept { return folders_; }

  /// Bytes in all files that have a name.
  [[nodiscard]] std::uint64_t used() const;

  /// Only what is durable after a power cut is left.
  void settle(Unsynced how, std::uint64_t seed);

 private:
  Folders folders_;
};

template <class Copy>
void SimulatedFolder::replace_inodes(Copy copy) {
  for (auto& [name, inode] : current_) inode = copy(inode);
  for (auto& [name, inode] : durable_) inode = copy(inode);
  for (Change& change : unsynced_) change.inode = copy(change.inode);
}

}  // namespace tidemark::io
