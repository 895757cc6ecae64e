#include "session/history.h"

#include <tidemark/error.h>

#include <algorithm>
#include <optional>

namespace tidemark::session {
namespace {

constexpr std::size_t piece_size = std::size_t{4} << 20;

/// A part of a file.
struct Part {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// Where the chain of bases begins that `found` stands at the end of.
std::optional<std::uint64_t> chain_begin(io::File& file, container::FoundGeneration found) {
  while (found.header.base) {
    if (found.header.base->distance > found.offset) return std::nullopt;
    auto below = container::read_generation(file, found.offset - found.header.base->distance);
    if (!below || below->offset >= found.offset) return std::nullopt;
    found = std::move(*below);
  }
  return found.offset;
}

/// All of them and what they refer to; nothing if one cannot be found there.
std::optional<Part> part_of(io::File& file, std::span<const std::uint64_t> offsets) {
  Part part{offsets.front(), 0};
  for (const std::uint64_t offset : offsets) {
    const auto found = container::read_generation(file, offset);
    const auto begin = found ? chain_begin(file, *found) : std::nullopt;
    if (!begin) return std::nullopt;
    part.begin = std::min(part.begin, *begin);
    part.end = offset + found->header.length;
  }
  return part;
}

/// Fills `piece`. Says whether it could.
bool read_all(io::File& file, std::uint64_t offset, MutableBytes piece) {
  try {
    return file.read_at(offset, piece) == piece.size();
  } catch (const Error&) {
    return false;
  }
}

bool copy_part(io::File& from, const Part& part, LiveFile& target) {
  Buffer buffer(
      static_cast<std::size_t>(std::min<std::uint64_t>(piece_size, part.end - part.begin)));
  for (std::uint64_t at = part.begin; at < part.end; at += buffer.size()) {
    const MutableBytes piece = MutableBytes(buffer).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), part.end - at)));
    if (!read_all(from, at, piece)) return false;
    target.file->write_at(target.end + (at - part.begin), piece);
  }
  return true;
}

std::optional<Part> find_part(io::File& file, std::span<const std::uint64_t> offsets) {
  try {
    return part_of(file, offsets);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

History history_of(const container::FileScan& scan, const Counter& counter,
                   const CounterReading& reading, std::size_t most) {
  History history;
  Mark wanted = reading.mark;
  for (auto found = scan.generations.rbegin();
       found != scan.generations.rend() && history.size() < most; ++found) {
    const Mark parent = found->header.on(reading.birth.digest).parent;
    if (counter.next(parent, found->root) != wanted) continue;
    if (found->header.purpose != container::Purpose::used) history.push_back(found->offset);
    wanted = parent;
  }
  std::ranges::reverse(history);
  return history;
}

History with_newest(History history, std::uint64_t offset, std::size_t most) {
  history.push_back(offset);
  if (history.size() > most) {
    history.erase(history.begin(), history.end() - static_cast<std::ptrdiff_t>(most));
  }
  return history;
}

History carry(io::File& from, const History& history, std::size_t number, LiveFile& target) {
  History newest(history.end() - static_cast<std::ptrdiff_t>(std::min(number, history.size())),
                 history.end());
  if (newest.empty()) return {};
  const auto part = find_part(from, newest);
  if (!part) return {};
  if (!copy_part(from, *part, target)) {
    discard_tail(target);
    return {};
  }
  for (std::uint64_t& offset : newest) offset = offset - part->begin + target.end;
  target.carried = part->end - part->begin;
  target.end += target.carried;
  return newest;
}

}  // namespace tidemark::session
