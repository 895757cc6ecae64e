#include "container/writer.h"

#include <tidemark/error.h>

#include <stdexcept>

namespace tidemark::container {

std::uint64_t write_head(io::File& file, const FileHead& head) {
  const Buffer encoded = head.encode();
  file.write_at(0, encoded);
  return encoded.size();
}

class GenerationWriter::SectionSink final : public Sink {
 public:
  explicit SectionSink(RecordStream& records) : records_(records) {}
  void write(std::span<const std::byte> bytes) override { records_.take(bytes); }

 private:
  RecordStream& records_;
};

namespace {

/// But for the distance of the base.
GenerationHeader header_for(const Sealing& sealing, Proposal proposal) {
  GenerationHeader header;
  header.head = digest_of(sealing.head.encode());
  header.salt = sealing.random.array<32>();
  header.key_commitment = sealing.key.commitment();
  header.counter_id = proposal.counter_id;
  header.parent = proposal.parent;
  header.value = proposal.value;
  header.session = proposal.session;
  header.proposal = proposal.number;
  header.purpose = proposal.purpose;
  header.policy = proposal.policy;
  header.copied = proposal.copied;
  header.moves_to = proposal.moves_to;
  header.key_slots = std::move(proposal.key_slots);
  if (proposal.base) {
    header.base = Base{0, proposal.base->root};
    header.chain = proposal.base->header.chain + 1;
  }
  return header;
}

/// What no reader would find or open again must not be written: a mistake of the caller's.
void demand_readable(const Sealing& sealing, const GenerationHeader& header) {
  const bool sealed_with_key = sealing.head.cipher != crypto::Cipher::none;
  if (header.encoded_size() > block_size || header.chain > longest_chain ||
      header.key_slots.size() > most_slots || sealed_with_key != sealing.key.present() ||
      (header.purpose == Purpose::move) != header.moves_to.has_value()) {
    throw std::logic_error("a generation that could not be read again");
  }
}

}  // namespace

GenerationWriter::GenerationWriter(Sealing sealing, std::optional<Holding> holding,
                                   Proposal proposal)
    : sealing_(std::move(sealing)),
      base_(proposal.base),
      header_(header_for(sealing_, std::move(proposal))),
      sealers_(make_sealers(sealing_.head.cipher, sealing_.key, header_.salt)),
      tag_size_(crypto::tag_size(sealing_.head.cipher)),
      records_(sealing_, *sealers_.records, header_.salt, header_.encoded_size(),
               std::move(holding)) {
  demand_readable(sealing_, header_);
}

GenerationWriter::GenerationWriter(const Sealing& sealing, const WriteTarget& target,
                                   Proposal proposal)
    : GenerationWriter(sealing, std::optional<Holding>(), std::move(proposal)) {
  write_to(target, sealing.executor.width() > 1 ? io::WriteBehind::Where::other_thread
                                                : io::WriteBehind::Where::calling_thread);
}

GenerationWriter::GenerationWriter(const Sealing& sealing, Holding holding, Proposal proposal)
    : GenerationWriter(sealing, std::optional(std::move(holding)), std::move(proposal)) {}

void GenerationWriter::write_to(const WriteTarget& target, io::WriteBehind::Where where) {
  records_.write_to(target, where);
}

void GenerationWriter::follow(const Mark& parent, std::uint64_t value) {
  header_.parent = parent;
  header_.value = value;
}

void GenerationWriter::begin_section(std::string_view name, const SectionType& type) {
  if (!is_known(type)) {
    throw Error(Code::usage,
                "the section \"" + std::string(name) + "\" has a type of no known kind",
                "let its type() say object, array or memory");
  }
  index_.sections.push_back({std::string(name), type, 0, {}});
}

void GenerationWriter::begin_run(std::uint64_t offset) {
  records_.begin_run(static_cast<std::uint32_t>(index_.sections.size() - 1), offset);
}

void GenerationWriter::add(std::string_view name, const SectionType& type,
                           const std::function<void(Sink&)>& save) {
  begin_section(name, type);
  begin_run(0);
  SectionSink sink(records_);
  save(sink);
  SectionEntry& section = index_.sections.back();
  section.length = records_.position();
  if (section.length > 0) section.runs.push_back({0, section.length});
}

void GenerationWriter::add_changes(std::string_view name, const SectionType& type, Bytes memory,
                                   std::vector<Run> runs) {
  begin_section(name, type);
  for (const Run& run : runs) {
    begin_run(run.offset);
    records_.borrow(
        memory.subspan(static_cast<std::size_t>(run.offset), static_cast<std::size_t>(run.length)));
  }
  records_.end_borrowing();
  SectionEntry& section = index_.sections.back();
  section.length = memory.size();
  section.runs = std::move(runs);
}

void GenerationWriter::inherit(const SectionEntry& section) {
  index_.sections.push_back({section.name, section.type, section.length, {}});
}

FoundGeneration GenerationWriter::finish() {
  index_.tags = records_.seal_rest();
  Buffer index = index_.encode();
  if (index_.sections.size() > most_sections || index.size() + tag_size_ > largest_index) {
    throw Error(Code::failed, "the state is too large for one checkpoint",
                "split it between several lineages");
  }
  header_.index_offset = records_.size();
  header_.index_length = static_cast<std::uint32_t>(index.size() + tag_size_);
  header_.length = whole_blocks(header_.index_offset + header_.index_length);
  const std::uint64_t offset = records_.target()->offset;
  if (base_) header_.base->distance = offset - base_->offset;
  const Buffer header = header_.encode();
  Buffer tag(tag_size_);
  sealers_.index->seal(0, header, index, index, tag);
  index.insert(index.end(), tag.begin(), tag.end());
  records_.finish(header, index, header_.length);
  return {offset, header_, root_of(header, index)};
}

}  // namespace tidemark::container
