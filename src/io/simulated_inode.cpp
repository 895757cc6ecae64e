#include "io/simulated_inode.h"

#include <algorithm>

namespace tidemark::io {
namespace {

constexpr std::uint64_t piece_size = 4096;  // a page: what kernels and disks write at once

void apply(std::uint64_t offset, Bytes bytes, Buffer& contents) {
  if (bytes.empty()) return;
  if (contents.size() < offset + bytes.size()) contents.resize(offset + bytes.size());
  std::copy_n(bytes.data(), bytes.size(), contents.data() + offset);
}

void trash(MutableBytes bytes, Dice& dice) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i, word >>= 8) {
    if (i % 8 == 0) word = dice();
    bytes[i] = static_cast<std::byte>(word & 0xff);
  }
}

/// The first part of `bytes`, up to where the next page of the file begins.
MutableBytes first_piece(std::uint64_t offset, MutableBytes bytes) {
  return bytes.first(std::min<std::uint64_t>(bytes.size(), piece_size - (offset % piece_size)));
}

}  // namespace

void SimulatedInode::write(std::uint64_t offset, Bytes bytes) {
  if (bytes.empty()) return;
  apply(offset, bytes, current_);
  unsynced_.emplace_back(Write{.offset = offset, .bytes = Buffer(bytes.begin(), bytes.end())});
}

void SimulatedInode::resize(std::uint64_t size) {
  current_.resize(size);
  unsynced_.emplace_back(Resize{.size = size});
}

void SimulatedInode::sync() {
  for (const Edit& edit : unsynced_) {
    if (const auto* write = std::get_if<Write>(&edit)) {
      apply(write->offset, write->bytes, durable_);
    } else {
      durable_.resize(std::get<Resize>(edit).size);
    }
  }
  unsynced_.clear();
  whole_once_ = true;
  header_unsynced_ = false;
}

void SimulatedInode::settle(Unsynced how, Dice& dice) {
  if (how == Unsynced::kept) sync();
  // Drawn once for a file, so that nearly whole and nearly lost ones are as frequent as others.
  const std::uint64_t kept_of_8 = how == Unsynced::mixed ? dice() % 9 : 0;
  if (how != Unsynced::dropped) {
    for (Edit& edit : unsynced_) {
      std::visit([&](auto& kind) { settle_edit(kind, how, kept_of_8, dice); }, edit);
    }
  }
  unsynced_.clear();
  current_ = durable_;
}

void SimulatedInode::settle_edit(Write& write, Unsynced how, std::uint64_t kept_of_8, Dice& dice) {
  MutableBytes rest(write.bytes);
  std::uint64_t offset = write.offset;
  while (!rest.empty()) {
    const MutableBytes piece = first_piece(offset, rest);
    const bool mixed = how == Unsynced::mixed;
    const bool kept = mixed && dice() % 8 < kept_of_8;
    const bool dropped = mixed && !kept && dice() % 2 == 0;
    if (dropped) {
      // The size is kept elsewhere than the bytes, and may survive them.
      if (dice() % 2 == 0 && durable_.size() < offset + piece.size()) {
        durable_.resize(offset + piece.size());
      }
    } else {
      if (!kept) trash(piece, dice);
      apply(offset, piece, durable_);
    }
    offset += piece.size();
    rest = rest.subspan(piece.size());
  }
}

void SimulatedInode::settle_edit(const Resize& resize, Unsynced how, std::uint64_t kept_of_8,
                                 Dice& dice) {
  if (how == Unsynced::mixed && dice() % 8 >= kept_of_8) return;
  durable_.resize(resize.size);
}

}  // namespace tidemark::io
