#include "container/record_stream.h"

#include <algorithm>

namespace tidemark::container {
namespace {

/// A record that does not fit in a batch any more still begins in it.
constexpr std::size_t largest_batch = RecordStream::batch_size + record_size;

}  // namespace

RecordStream::RecordStream(const WriteTarget& target, const crypto::Sealer& records, Bytes salt,
                           std::size_t header_size)
    : target_(target),
      sealer_(records),
      salt_(salt.begin(), salt.end()),
      tag_size_(crypto::tag_size(target.head.cipher)),
      batch_(header_size),
      used_(header_size) {}

void RecordStream::begin_run(std::uint32_t section, std::uint64_t offset) {
  section_ = section;
  position_ = offset;
  at_run_start_ = true;
}

void RecordStream::take(Bytes bytes) {
  bool borrowed = false;
  while (!bytes.empty()) {
    if (at_run_start_ || position_ % record_size == 0) begin_record(bytes.size());
    Record& record = records_.back();
    const Bytes piece = bytes.first(
        std::min(bytes.size(), record_size - static_cast<std::size_t>(position_ % record_size)));
    const MutableBytes place = extend(piece.size());
    if (piece.size() == record_size) {
      record.lies = piece.data();  // sealed from there, which saves a copy
      borrowed = true;
    } else {
      std::ranges::copy(piece, place.begin());
    }
    record.size += piece.size();
    position_ += piece.size();
    bytes_done_ += piece.size();
    bytes = bytes.subspan(piece.size());
  }
  if (borrowed) seal_whole_records();  // the caller may change its memory now
}

/// The last record grows no more.
void RecordStream::begin_record(std::uint64_t still_to_come) {
  if (used_ >= batch_size) write_batch(still_to_come);
  records_.push_back({.start = used_, .section = section_, .section_offset = position_});
  at_run_start_ = false;
}

MutableBytes RecordStream::extend(std::size_t size) {
  if (batch_.size() - used_ < size) {
    // Small generations take little. In a large one every batch has its full size from the start.
    const std::size_t ample = behind_ ? largest_batch : std::min(2 * batch_.size(), largest_batch);
    batch_.resize(std::max(used_ + size, ample));
  }
  used_ += size;
  return MutableBytes(batch_).subspan(used_ - size, size);
}

/// All but one that can still grow.
void RecordStream::seal_whole_records() {
  seal_records(records_.size() - (position_ % record_size == 0 ? 0 : 1));
}

void RecordStream::seal_records(std::size_t number) {
  const std::size_t first_tag = tags_.size();
  tags_.resize(first_tag + number * tag_size_);
  target_.executor.for_each(number, [&](std::size_t i) {
    const Record& record = records_[i];
    const MutableBytes sealed = MutableBytes(batch_).subspan(record.start, record.size);
    const Bytes plain = record.lies == nullptr ? Bytes(sealed) : Bytes(record.lies, record.size);
    const Buffer context =
        record_context(target_.head.lineage, salt_, record.section, record.section_offset);
    sealer_.seal(sealed_records_ + i, context, plain, sealed,
                 MutableBytes(tags_).subspan(first_tag + i * tag_size_, tag_size_));
  });
  sealed_records_ += number;
  records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(number));
}

void RecordStream::write_batch(std::uint64_t still_to_come) {
  seal_records(records_.size());
  if (!behind_) {
    behind_.emplace(target_.file, target_.offset,
                    target_.executor.width() > 1 ? io::WriteBehind::Where::other_thread
                                                 : io::WriteBehind::Where::calling_thread);
  }
  behind_->put(batch_, used_, used_ + still_to_come);
  batch_offset_ += used_;
  used_ = 0;
  if (target_.progress) target_.progress({bytes_done_, 0});
}

Buffer RecordStream::seal_rest() {
  seal_records(records_.size());
  return std::move(tags_);
}

void RecordStream::finish(Bytes header, Bytes index, std::uint64_t length) {
  std::ranges::copy(index, extend(index.size()).begin());
  std::ranges::fill(extend(static_cast<std::size_t>(length - size())), std::byte{});
  if (!behind_) {
    std::ranges::copy(header, batch_.begin());
    target_.file.write_at(target_.offset, Bytes(batch_).first(used_));
    return;
  }
  behind_->put(batch_, used_, used_);
  behind_->wait();
  target_.file.write_at(target_.offset, header);
}

}  // namespace tidemark::container
