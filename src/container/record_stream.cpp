#include "container/record_stream.h"

#include <algorithm>
#include <utility>

namespace tidemark::container {
namespace {

/// A record that does not fit in a batch any more still begins in it.
constexpr std::size_t largest_batch = RecordStream::batch_size + record_size;

/// How many wait in batches that are held, since threads must wait for each other every time.
constexpr std::size_t records_at_once = 64;

/// What is sealed in less time than it takes to hand it out.
constexpr std::size_t smallest_share = std::size_t{64} << 10;

}  // namespace

RecordStream::RecordStream(const Sealing& sealing, const crypto::Sealer& records, Bytes salt,
                           std::size_t header_size, std::optional<Holding> holding)
    : sealing_(sealing),
      sealer_(records),
      salt_(salt.begin(), salt.end()),
      tag_size_(crypto::tag_size(sealing.head.cipher)),
      used_(header_size),
      holding_(std::move(holding)) {
  batch_ = take_spare();
  if (batch_.size() < header_size) batch_.resize(header_size);
  // A header that was left there could be taken for one.
  std::ranges::fill(MutableBytes(batch_).first(header_size), std::byte{});
}

void RecordStream::write_to(const WriteTarget& target, io::WriteBehind::Where where) {
  target_.emplace(target);
  where_ = where;
  if (!held_.empty()) write_held();
}

void RecordStream::begin_run(std::uint32_t section, std::uint64_t offset) {
  section_ = section;
  position_ = offset;
  at_run_start_ = true;
}

void RecordStream::take(Bytes bytes) {
  bool borrowed = false;
  while (!bytes.empty()) {
    const Bytes piece = next_piece(bytes);
    const MutableBytes place = extend(piece.size());
    if (piece.size() == record_size) {
      records_.back().lies = piece.data();  // sealed from there, which saves a copy
      borrowed = true;
    } else {
      std::ranges::copy(piece, place.begin());
    }
    bytes = bytes.subspan(piece.size());
  }
  if (borrowed) seal_whole_records();  // the caller may change its memory now
}

void RecordStream::borrow(Bytes run) {
  while (!run.empty()) {
    const Bytes piece = next_piece(run);
    (void)extend(piece.size());
    records_.back().lies = piece.data();
    run = run.subspan(piece.size());
  }
}

void RecordStream::end_borrowing() { seal_records(records_.size()); }

/// What of `bytes` belongs to the last record, which is begun if need be, and counted with it.
Bytes RecordStream::next_piece(Bytes bytes) {
  if (at_run_start_ || position_ % record_size == 0) begin_record(bytes.size());
  const Bytes piece = bytes.first(
      std::min(bytes.size(), record_size - static_cast<std::size_t>(position_ % record_size)));
  records_.back().size += piece.size();
  position_ += piece.size();
  bytes_done_ += piece.size();
  return piece;
}

/// The last record grows no more.
void RecordStream::begin_record(std::uint64_t still_to_come) {
  if (used_ >= batch_size) pass_batch_on(still_to_come);
  records_.push_back(
      {.batch = held_.size(), .start = used_, .section = section_, .section_offset = position_});
  at_run_start_ = false;
}

MutableBytes RecordStream::extend(std::size_t size) {
  if (batch_.size() - used_ < size) {
    // Small generations take little. In a large one every batch has its full size from the start.
    const bool first = batch_offset_ == 0;
    const std::size_t ample = first ? std::min(2 * batch_.size(), largest_batch) : largest_batch;
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
  const std::vector<std::size_t> ends = shares_of(number);
  sealing_.executor.for_each(ends.size(), [&](std::size_t share) {
    for (std::size_t i = share == 0 ? 0 : ends[share - 1]; i < ends[share]; ++i) {
      seal(records_[i], sealed_records_ + i,
           MutableBytes(tags_).subspan(first_tag + i * tag_size_, tag_size_));
    }
  });
  sealed_records_ += number;
  records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(number));
}

/// Where the shares of the first records end, each enough for a thread to be worth asking.
std::vector<std::size_t> RecordStream::shares_of(std::size_t number) const {
  std::vector<std::size_t> ends;
  std::size_t size = 0;
  for (std::size_t i = 0; i < number; ++i) {
    size += records_[i].size;
    if (size < smallest_share && i + 1 < number) continue;
    ends.push_back(i + 1);
    size = 0;
  }
  return ends;
}

void RecordStream::seal(const Record& record, std::uint64_t number, MutableBytes tag) {
  const MutableBytes sealed = place_of(record);
  const Bytes plain = record.lies == nullptr ? Bytes(sealed) : Bytes(record.lies, record.size);
  const Buffer context =
      record_context(sealing_.head.lineage, salt_, record.section, record.section_offset);
  sealer_.seal(number, context, plain, sealed, tag);
}

MutableBytes RecordStream::place_of(const Record& record) {
  Buffer& batch = record.batch < held_.size() ? held_[record.batch].buffer : batch_;
  return MutableBytes(batch).subspan(record.start, record.size);
}

void RecordStream::pass_batch_on(std::uint64_t still_to_come) {
  const bool held = !target_ && held_size_ + used_ <= holding_->most;
  if (!held || records_.size() >= records_at_once) seal_records(records_.size());
  if (!held && !target_) holding_->overflow();
  batch_offset_ += used_;
  if (held) {
    hold_batch();
  } else {
    write_batch(still_to_come);
  }
  used_ = 0;
  if (sealing_.progress) sealing_.progress({bytes_done_, 0});
}

void RecordStream::hold_batch() {
  held_size_ += used_;
  held_.push_back({std::exchange(batch_, take_spare()), used_});
}

void RecordStream::write_batch(std::uint64_t still_to_come) {
  if (!behind_) behind_.emplace(target_->file, target_->offset, where_);
  behind_->put(batch_, used_, used_ + still_to_come);
  if (batch_.empty()) batch_ = take_spare();
}

Buffer RecordStream::take_spare() const {
  if (sealing_.spare == nullptr || sealing_.spare->empty()) return {};
  Buffer buffer = std::move(sealing_.spare->back());
  sealing_.spare->pop_back();
  return buffer;
}

void RecordStream::give_back(Buffer buffer) const {
  if (sealing_.spare != nullptr && !buffer.empty()) sealing_.spare->push_back(std::move(buffer));
}

void RecordStream::write_held() {
  seal_records(records_.size());
  behind_.emplace(target_->file, target_->offset, where_);
  std::uint64_t written = 0;
  for (Held& batch : held_) {
    behind_->put(batch.buffer, batch.size, held_size_ + used_ - written);
    give_back(std::move(batch.buffer));
    written += batch.size;
    if (target_->written) target_->written(written);
  }
  held_.clear();
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
    target_->file.write_at(target_->offset, Bytes(batch_).first(used_));
  } else {
    behind_->put(batch_, used_, used_);
    behind_->wait();
    for (Buffer& buffer : behind_->take_spare()) give_back(std::move(buffer));
    target_->file.write_at(target_->offset, header);
  }
  give_back(std::move(batch_));
}

}  // namespace tidemark::container
