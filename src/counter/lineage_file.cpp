#include "counter/lineage_file.h"

#include <tidemark/error.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace tidemark::counter {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t file_size = 2 * slot_size;
constexpr std::size_t suffix_bytes = 8;
constexpr auto longest_wait = 8s;  // of the 10 that a call may take
constexpr Clock::duration first_pause = 1ms;
constexpr Clock::duration longest_pause = 50ms;

std::filesystem::path with_suffix(std::filesystem::path path, std::string_view suffix) {
  path += suffix;
  return path;
}

bool is_random_suffix(std::string_view text) {
  return text.size() == 2 * suffix_bytes && from_hex(text).has_value();
}

Error damaged(const std::filesystem::path& path, std::string_view how) {
  return {Code::counter_unavailable, path.string() + " " + std::string(how),
          "put back that file as it was after the last checkpoint, or, if there is no such copy, "
          "remove it and start the lineage over"};
}

Error busy(const std::filesystem::path& lock, std::string_view holder) {
  return {Code::counter_unavailable,
          lock.string() + " has been held for too long by " + std::string(holder),
          "wait until that process has finished, or end it"};
}

CounterReading reading(const Slot& slot) { return {.birth = slot.birth, .mark = slot.mark}; }

}  // namespace

LineageFile::LineageFile(const Surroundings& surroundings, std::filesystem::path folder,
                         const Digest& id)
    : files_(surroundings.files),
      clock_(surroundings.clock),
      random_(surroundings.random),
      folder_(std::move(folder)),
      file_(folder_ / (to_hex(id.bytes) + ".counter")),
      lock_(with_suffix(file_, ".lock")),
      id_(id) {}

std::optional<CounterReading> LineageFile::read() {
  // Before the lock, which would make a file of its own.
  if (absent()) return std::nullopt;
  const Held held = hold();
  const auto found = find_durable(held);
  if (!found) return std::nullopt;
  return reading(found->slot);
}

std::optional<Conflict> LineageFile::advance(const std::optional<Mark>& from, const Mark& to) {
  if (absent()) {
    if (from) return Conflict{};
    files_.make_folders(folder_);
  }
  const Held held = hold();
  const auto found = find_durable(held);
  if (!found) {
    if (from) return Conflict{};
    durable_ = write_anew(held, {.sequence = 1, .lineage = id_, .birth = to, .mark = to});
    return std::nullopt;
  }
  if (from != found->slot.mark) return Conflict{reading(found->slot)};
  Slot next = found->slot;
  ++next.sequence;
  next.mark = to;
  found->file->write_at((1 - found->slot_index) * slot_size, encode(next));
  durable_ = sync(held, *found->file, next);
  return std::nullopt;
}

bool LineageFile::absent() const {
  if (files_.type(file_) != io::FileType::absent) return false;
  const auto folder = files_.type(folder_);
  if (folder != io::FileType::absent && folder != io::FileType::folder) {
    throw Error(Code::counter_unavailable, folder_.string() + " is not a folder",
                "name another folder for the counter");
  }
  return true;
}

LineageFile::Held LineageFile::hold() {
  const auto deadline = clock_.now() + longest_wait;
  std::unique_lock thread(mutex_, longest_wait);
  if (!thread) throw busy(lock_, "another thread of this process");
  for (auto pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
    auto attempt = files_.try_lock(lock_);
    if (attempt.outcome != io::LockAttempt::Outcome::held) {
      return {std::move(thread), std::move(attempt.lock)};
    }
    if (clock_.now() >= deadline) {
      throw busy(lock_, attempt.holder ? "process " + std::to_string(*attempt.holder)
                                       : std::string("another process"));
    }
    clock_.sleep_for(pause);
  }
}

std::optional<LineageFile::Found> LineageFile::find() const {
  if (absent()) return std::nullopt;
  auto file = files_.open(file_, io::Access::read_write);
  Buffer content(file_size);
  if (file->size() != file_size || file->read_at(0, content) != file_size) {
    throw damaged(file_, "does not have the size of a counter's file");
  }
  const auto first = decode_slot(Bytes(content).first(slot_size));
  const auto second = decode_slot(Bytes(content).last(slot_size));
  if (!first && !second) throw damaged(file_, "is damaged");
  if (first && second && (first->sequence == second->sequence || first->birth != second->birth)) {
    throw damaged(file_, "has two slots that do not belong together");
  }
  const bool second_counts = !first || (second && second->sequence > first->sequence);
  const Slot& slot = second_counts ? *second : *first;
  if (slot.lineage != id_) throw damaged(file_, "belongs to another lineage");
  return Found{std::move(file), slot, second_counts ? std::size_t{1} : std::size_t{0}};
}

/// What it returns is durable, name and all.
std::optional<LineageFile::Found> LineageFile::find_durable(const Held& held) {
  auto found = find();
  if (!found || found->slot == durable_) return found;
  const Slot synced = sync(held, *found->file, found->slot);
  files_.sync_folder(folder_);
  durable_ = synced;
  return synced == found->slot ? std::move(found) : find();
}

/// Makes `slot` durable, the last one that was written in `file`, and returns it; or what stands in
/// its place, if the file was written anew.
Slot LineageFile::sync(const Held& held, io::File& file, const Slot& slot) {
  if (!doubted_) {
    try {
      file.sync();
      return slot;
    } catch (const Error&) {
      // Without a lock, the new file could replace what another process writes just now.
      if (!held.process) throw;
      doubted_ = true;
    }
  }
  return write_anew(held, slot);
}

/// Puts a new file with `slot` in place of what there is, and returns the slot that counts in it.
Slot LineageFile::write_anew(const Held& held, const Slot& slot) {
  // Without a lock, what looks left over may belong to another process, which is alive.
  if (held.process) remove_leftovers();
  Slot second = slot;
  ++second.sequence;
  const auto temporary =
      with_suffix(with_suffix(file_, "."), to_hex(random_.array<suffix_bytes>()));
  const auto file = files_.create(temporary);
  try {
    file->write_at(0, encode(slot));
    file->write_at(slot_size, encode(second));
    file->sync();
    files_.rename(temporary, file_);
  } catch (const Error&) {
    remove_if_possible(temporary);
    throw;
  }
  files_.sync_folder(folder_);
  doubted_ = false;
  return second;
}

void LineageFile::remove_leftovers() const {
  const std::string prefix = file_.filename().string() + ".";
  for (const std::string& name : files_.list(folder_)) {
    if (name.starts_with(prefix) && is_random_suffix(name.substr(prefix.size()))) {
      remove_if_possible(folder_ / name);
    }
  }
}

/// Nothing depends on it, and its failure must not hide another.
void LineageFile::remove_if_possible(const std::filesystem::path& path) const {
  try {
    files_.remove(path);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch)
  }
}

}  // namespace tidemark::counter
