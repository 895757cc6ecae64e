#include "state/changes.h"

#include <algorithm>
#include <utility>

namespace tidemark::state {
namespace {

/// What one thread compares at once: 1 MiB, and whole words of a LeafSet.
constexpr std::size_t leaves_at_once = 256;
static_assert(leaves_at_once % LeafSet::leaves_in_word == 0);

std::size_t leaves_in(std::uint64_t bytes) {
  return static_cast<std::size_t>((bytes + leaf_size - 1) / leaf_size);
}

/// In bytes. Nothing if they are most of it.
std::optional<std::vector<Range>> ranges_of(const LeafSet& changed, std::uint64_t size) {
  std::vector<Range> ranges;
  std::uint64_t sum = 0;
  for (const LeafSet::Run& run : changed.runs()) {
    const std::uint64_t offset = std::uint64_t{run.first} * leaf_size;
    const std::uint64_t end = std::min(std::uint64_t{run.end} * leaf_size, size);
    ranges.push_back({offset, end - offset});
    sum += end - offset;
  }
  if (sum > size / 2) return std::nullopt;
  return ranges;
}

}  // namespace

void MemoryChanges::touch(std::uint64_t offset, std::uint64_t length) {
  if (length == 0) return;
  touched_.insert({static_cast<std::size_t>(offset / leaf_size), leaves_in(offset + length)});
}

std::optional<std::vector<Range>> MemoryChanges::find(std::span<const std::byte> memory,
                                                      const crypto::Fingerprinter& fingerprinter,
                                                      Executor& executor) {
  attempt_.reset();
  const auto known = std::exchange(length_, std::nullopt);  // stays so if this fails half way
  LeafSet changed = take_marks(leaves_in(memory.size()));
  if (how_ == Changes::found) compare(memory, fingerprinter, executor, changed);
  std::optional<std::vector<Range>> ranges;
  if (known && memory.size() != *known) {  // a leaf that was shorter or longer, and all behind it
    const std::uint64_t same = std::min<std::uint64_t>(memory.size(), *known) / leaf_size;
    changed.insert({static_cast<std::size_t>(same), std::max(changed.size(), leaves_in(*known))});
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
  touched_.insert(attempt_->changed);  // as good as touched: nobody knows what became of it
  attempt_.reset();
}

LeafSet MemoryChanges::take_marks(std::size_t leaves) {
  LeafSet marks = std::exchange(touched_, {});
  marks.resize(leaves);
  return marks;
}

void MemoryChanges::compare(std::span<const std::byte> memory,
                            const crypto::Fingerprinter& fingerprinter, Executor& executor,
                            LeafSet& changed) {
  const std::size_t leaves = changed.size();
  const std::size_t known = std::min(fingerprints_.size(), leaves);
  fingerprints_.resize(leaves);
  executor.for_each((leaves + leaves_at_once - 1) / leaves_at_once, [&](std::size_t piece) {
    const std::size_t first = piece * leaves_at_once;
    const std::size_t count = std::min(leaves_at_once, leaves - first);
    std::array<crypto::Fingerprint, leaves_at_once> fresh{};
    const auto now = std::span(fresh).first(count);
    fingerprinter.of_pieces(memory.subspan(first * leaf_size), leaf_size, now);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t leaf = first + i;
      if (leaf >= known || fingerprints_[leaf] != now[i]) changed.insert({leaf, leaf + 1});
      fingerprints_[leaf] = now[i];
    }
  });
}

}  // namespace tidemark::state
