#include "io/simulated_disk.h"

#include <unordered_map>
#include <utility>

namespace tidemark::io {

SimulatedFolder::Inode SimulatedFolder::find(const std::string& name) const {
  const auto found = current_.find(name);
  return found == current_.end() ? nullptr : found->second;
}

void SimulatedFolder::create(const std::string& name, Inode inode) {
  make({.to = name, .inode = std::move(inode)});
}

void SimulatedFolder::rename(const std::string& from, const std::string& to) {
  if (from != to) make({.from = from, .to = to, .inode = find(from)});
}

void SimulatedFolder::remove(const std::string& name) { make({.from = name, .inode = find(name)}); }

void SimulatedFolder::make(Change change) {
  apply(change, current_);
  unsynced_.push_back(std::move(change));
}

/// Does nothing where it no longer makes sense, since an earlier change was lost.
void SimulatedFolder::apply(const Change& change, Names& names) {
  if (change.from.empty()) {
    names.try_emplace(change.to, change.inode);
    return;
  }
  const auto found = names.find(change.from);
  if (found == names.end() || found->second != change.inode) return;
  names.erase(found);
  if (!change.to.empty()) names.insert_or_assign(change.to, change.inode);
}

void SimulatedFolder::sync() {
  durable_ = current_;
  unsynced_.clear();
}

void SimulatedFolder::settle(Unsynced how, Dice& dice) {
  for (const Change& change : unsynced_) {
    if (how == Unsynced::dropped || (how == Unsynced::mixed && dice() % 2 == 0)) continue;
    apply(change, durable_);
  }
  unsynced_.clear();
  current_ = durable_;
  for (const auto& [name, inode] : durable_) inode->settle(how, dice);
}

SimulatedDisk::SimulatedDisk() { folders_.try_emplace("/"); }

SimulatedDisk::SimulatedDisk(const SimulatedDisk& other) : folders_(other.folders_) {
  std::unordered_map<const SimulatedInode*, SimulatedFolder::Inode> copies;
  for (auto& [path, folder] : folders_) {
    folder.replace_inodes([&](const SimulatedFolder::Inode& original) {
      SimulatedFolder::Inode& copy = copies[original.get()];
      if (!copy) copy = std::make_shared<SimulatedInode>(*original);
      return copy;
    });
  }
}

SimulatedDisk& SimulatedDisk::operator=(const SimulatedDisk& other) {
  return *this = SimulatedDisk(other);
}

std::uint64_t SimulatedDisk::used() const {
  std::uint64_t bytes = 0;
  for (const auto& [path, folder] : folders_) {
    for (const auto& [name, inode] : folder.names()) bytes += inode->contents().size();
  }
  return bytes;
}

void SimulatedDisk::settle(Unsynced how, std::uint64_t seed) {
  Dice dice(seed);
  for (auto& [path, folder] : folders_) folder.settle(how, dice);
}

}  // namespace tidemark::io
