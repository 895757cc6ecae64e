#include "state/changes.h"

#include <algorithm>
#include <utility>

namespace tidemark::state {
namespace {

/// What one thread compares at once: 1 MiB.
constexpr std::size_t leaves_at_once = 256;

std::size_t leaves_in(std::uint64_t bytes) {
  return static_cast<std::size_t>((bytes + leaf_size - 1) / leaf_size);
}

/// Neighbours as one. Nothing if they are most of it.
std::optional<std::vector<Range>> ranges_of(const std::vector<bool>& changed, std::uint64_t size) {
  std::vector<Range> ranges;
  std::uint64_t sum = 0;
  for (std::size_t leaf = 0; leaf < changed.size(); ++leaf) {
    if (!changed[leaf]) continue;
    const std::uint64_t offset = std::uint64_t{leaf} * leaf_size;
    const std::uint64_t length = std::min<std::uint64_t>(leaf_size, size - offset);
    sum += length;
    if (!ranges.empty() && ranges.back().offset + ranges.back().length == offset) {
      ranges.back().length += length;
    } else {
      ranges.push_back({offset, length});
    }
  }
  if (sum > size / 2) return std::nullopt;
  return ranges;
}

}  // namespace

void MemoryChanges::touch(std::uint64_t offset, std::uint64_t length) {
  if (length == 0) return;
  const auto first = static_cast<std::size_t>(offset / leaf_size);
  const std::size_t end = leaves_in(offset + length);
  if (touched_.size() < end) touched_.resize(end);
  std::fill(touched_.begin() + static_cast<std::ptrdiff_t>(first),
            touched_.begin() + static_cast<std::ptrdiff_t>(end), true);
}

std::optional<std::vector<Range>> MemoryChanges::find(std::span<const std::byte> memory,
                                                      const crypto::Fingerprinter& fingerprinter,
                                                      Executor& executor) {
  attempt_.reset();
  const auto known = std::exchange(length_, std::nullopt);  // stays so if this fails half way
  Marks changed = take_marks(leaves_in(memory.size()));
  if (how_ == Changes::found) compare(memory, fingerprinter, executor, changed);
  std::optional<std::vector<Range>> ranges;
  if (known && memory.size() != *known) {  // a leaf that was shorter or longer, and all behind it
    const auto same =
        static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(memory.size(), *known) / leaf_size);
    changed.resize(std::max(changed.size(), leaves_in(*known)));
    std::fill(changed.begin() + same, changed.end(), true);
  }
  if (known && memory.size() >= *known) ranges = ranges_of(changed, memory.size());
  attempt_ = {known, memory.size(), std::move(changed)};
  return ranges;
}

void MemoryChanges::keep() {
  if (attempt_) length_ = attempt_->length;
  attempt_.reset();
}

void MemoryChanges::forget() {
  if (!attempt_) return;
  length_ = attempt_->known;
  // As good as touched: nobody knows what became of it.
  const Marks& changed = attempt_->changed;
  if (touched_.size() < changed.size()) touched_.resize(changed.size());
  for (std::size_t leaf = 0; leaf < changed.size(); ++leaf) {
    if (changed[leaf]) touched_[leaf] = true;
  }
  attempt_.reset();
}

MemoryChanges::Marks MemoryChanges::take_marks(std::size_t leaves) {
  Marks marks;
  marks.swap(touched_);
  marks.resize(leaves);
  return marks;
}

void MemoryChanges::compare(std::span<const std::byte> memory,
                            const crypto::Fingerprinter& fingerprinter, Executor& executor,
                            Marks& changed) {
  const std::size_t leaves = changed.size();
  const std::size_t known = std::min(fingerprints_.size(), leaves);
  fingerprints_.resize(leaves);
  // Not bits: several threads write to it.
  std::vector<unsigned char> differs(leaves);
  executor.for_each((leaves + leaves_at_once - 1) / leaves_at_once, [&](std::size_t piece) {
    const std::size_t first = piece * leaves_at_once;
    const std::size_t count = std::min(leaves_at_once, leaves - first);
    std::array<crypto::Fingerprint, leaves_at_once> fresh{};
    const auto now = std::span(fresh).first(count);
    fingerprinter.of_pieces(memory.subspan(first * leaf_size), leaf_size, now);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t leaf = first + i;
      differs[leaf] = leaf >= known || fingerprints_[leaf] != now[i] ? 1 : 0;
      fingerprints_[leaf] = now[i];
    }
  });
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
    if (differs[leaf] != 0) changed[leaf] = true;
  }
}

}  // namespace tidemark::state
