#include "state/leaf_set.h"

#include <algorithm>
#include <bit>

namespace tidemark::state {
namespace {

constexpr std::size_t bits = LeafSet::leaves_in_word;
constexpr std::uint64_t all = ~std::uint64_t{0};

/// The bits from `first` on, of one word.
std::uint64_t from(std::size_t first) { return all << first; }

/// The bits below `end`, which is 1 to 64.
std::uint64_t below(std::size_t end) { return all >> (bits - end); }

}  // namespace

void LeafSet::resize(std::size_t size) {
  words_.resize((size + bits - 1) / bits);
  if (size < size_ && size % bits != 0) words_.back() &= below(size % bits);
  size_ = size;
}

void LeafSet::insert(Run run) {
  if (run.first >= run.end) return;
  if (size_ < run.end) resize(run.end);
  const std::size_t last = (run.end - 1) / bits;
  for (std::size_t word = run.first / bits; word <= last; ++word) {
    const std::size_t start = word * bits;
    words_[word] |=
        from(std::max(run.first, start) - start) & below(std::min(run.end, start + bits) - start);
  }
}

void LeafSet::insert(const LeafSet& other) {
  if (size_ < other.size_) resize(other.size_);
  for (std::size_t word = 0; word < other.words_.size(); ++word) words_[word] |= other.words_[word];
}

std::vector<LeafSet::Run> LeafSet::runs() const {
  std::vector<Run> runs;
  for (std::size_t word = 0; word < words_.size(); ++word) {
    std::uint64_t left = words_[word];
    while (left != 0) {
      const auto first = static_cast<std::size_t>(std::countr_zero(left));
      const std::size_t end = first + static_cast<std::size_t>(std::countr_one(left >> first));
      const Run run{word * bits + first, word * bits + end};
      if (!runs.empty() && runs.back().end == run.first) {
        runs.back().end = run.end;
      } else {
        runs.push_back(run);
      }
      left &= ~below(end);
    }
  }
  return runs;
}

}  // namespace tidemark::state
