#include "container/scan.h"

#include <algorithm>

namespace tidemark::container {
namespace {

/// Reads blocks, ahead as far as they are asked for in a row: hopping from item to item reads one
/// block each, walking through small or unreadable ones reads in bulk.
class BlockReader {
 public:
  BlockReader(io::File& file, std::uint64_t size) : file_(file), size_(size) {}

  /// The block at `offset`; shorter at the end of the file.
  Bytes block(std::uint64_t offset) {
    if (offset < start_ || offset >= start_ + window_.size()) fetch(offset);
    const auto from = static_cast<std::size_t>(offset - start_);
    return Bytes(window_).subspan(from, std::min(block_size, window_.size() - from));
  }

 private:
  void fetch(std::uint64_t offset) {
    const bool in_a_row = offset == start_ + window_.size();
    ahead_ = in_a_row ? std::min<std::size_t>(2 * ahead_, record_size) : block_size;
    window_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(ahead_, size_ - offset)));
    window_.resize(file_.read_at(offset, window_));
    start_ = offset;
  }

  io::File& file_;
  std::uint64_t size_;
  std::uint64_t start_ = 0;
  std::size_t ahead_ = block_size;
  Buffer window_{};
};

/// Only zeros may stand between the index and the end of the last block.
bool clean_padding(io::File& file, const FoundGeneration& found) {
  const GenerationHeader& header = found.header;
  const std::uint64_t start = header.index_offset + header.index_length;
  Buffer padding(static_cast<std::size_t>(header.length - start));
  return file.read_at(found.offset + start, padding) == padding.size() && all_zero(padding);
}

/// Reads the index last, so that whatever is refused costs a block or two, and reading an index
/// means going on behind it: hostile sizes cannot make a scan longer than the file.
std::optional<FoundGeneration> decode_generation(io::File& file, const Digest& head,
                                                 std::uint64_t size, std::uint64_t offset,
                                                 Bytes block) {
  auto header = GenerationHeader::decode(block, head);
  if (!header || header->length > size - offset) return std::nullopt;
  FoundGeneration found{offset, std::move(*header), {}};
  if (!clean_padding(file, found)) return std::nullopt;
  const auto sealed_index = read_sealed_index(file, found);
  if (!sealed_index) return std::nullopt;
  found.root = root_of(block.first(found.header.encoded_size()), *sealed_index);
  return found;
}

}  // namespace

FileHead read_head(io::File& file) {
  Buffer bytes(largest_head);
  bytes.resize(file.read_at(0, bytes));
  return FileHead::decode(bytes);
}

FileScan scan(io::File& file) {
  FileScan found;
  found.head = read_head(file);
  const Buffer head = found.head.encode();
  found.head_digest = digest_of(head);
  found.size = file.size();
  found.end = head.size();
  BlockReader blocks(file, found.size);
  found.unfinished = found.size == head.size();
  std::uint64_t offset = head.size();
  while (offset < found.size) {
    const Bytes block = blocks.block(offset);
    if (auto generation = decode_generation(file, found.head_digest, found.size, offset, block)) {
      offset += generation->header.length;
      found.end = offset;
      found.unfinished = false;
      found.generations.push_back(std::move(*generation));
    } else if (const auto note = Note::decode(block)) {
      offset += block_size;
      found.end = offset;
      found.unfinished = false;
      found.notes.push_back(*note);
    } else {
      found.unreadable = true;
      found.unfinished |= offset == head.size() && all_zero(block);
      if (found.head.cipher == crypto::Cipher::none) break;
      offset += block_size;
    }
  }
  return found;
}

std::optional<FoundGeneration> read_generation(io::File& file, std::uint64_t offset) {
  const Digest head = digest_of(read_head(file).encode());
  const std::uint64_t size = file.size();
  if (offset >= size) return std::nullopt;
  Buffer block(block_size);
  block.resize(file.read_at(offset, block));
  return decode_generation(file, head, size, offset, block);
}

std::optional<Buffer> read_sealed_index(io::File& file, const FoundGeneration& found) {
  Buffer sealed(found.header.index_length);
  if (file.read_at(found.offset + found.header.index_offset, sealed) != sealed.size()) {
    return std::nullopt;
  }
  return sealed;
}

}  // namespace tidemark::container
