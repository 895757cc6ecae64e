#include "container/reader.h"

#include <tidemark/error.h>

#include <algorithm>

#include "crypto/hash.h"

namespace tidemark::container {
namespace {

[[noreturn]] void damaged(std::uint64_t offset, std::string_view what) {
  throw Error(Code::damaged, std::string(what) + " at byte " + std::to_string(offset),
              "restore another copy of the file; the counter decides whether it is the newest");
}

}  // namespace

bool fits(const GenerationHeader& header, const LineageKey& key) {
  return crypto::equal(header.key_commitment.bytes, key.commitment().bytes);
}

std::optional<Index> open_index(io::File& file, const FileHead& head, const FoundGeneration& found,
                                const LineageKey& key) {
  const std::size_t tag_size = crypto::tag_size(head.cipher);
  // Whoever writes the file can copy a commitment into it and ask for no cipher.
  const bool sealed_with_key = head.cipher != crypto::Cipher::none;
  if (sealed_with_key != key.present() || !fits(found.header, key) ||
      found.header.index_length < tag_size) {
    return std::nullopt;
  }
  auto sealed = read_sealed_index(file, found);
  const Buffer header = found.header.encode();
  if (!sealed || root_of(header, *sealed) != found.root) return std::nullopt;
  const MutableBytes text = MutableBytes(*sealed).first(sealed->size() - tag_size);
  const Bytes tag = Bytes(*sealed).last(tag_size);
  const auto sealers = make_sealers(head.cipher, key, found.header.salt);
  if (!sealers.index->open(0, header, text, tag, text)) return std::nullopt;
  Index index = Index::decode(text, tag_size);
  std::uint64_t bytes = 0;
  for (const SectionEntry& section : index.sections) {
    // Bounds what a reader will ever allocate for it by what the file holds.
    if (section.own_length() > found.header.index_offset - bytes) {
      damaged(found.offset, "sections are longer than their generation");
    }
    bytes += section.own_length();
  }
  if (found.header.encoded_size() + bytes != found.header.index_offset) {
    damaged(found.offset, "sections do not fill their generation");
  }
  return index;
}

/// The records of one section, one after the other.
class GenerationReader::RecordSource final : public Source {
 public:
  RecordSource(GenerationReader& reader, std::uint32_t section, std::uint64_t offset,
               std::uint64_t first_record, std::uint64_t length)
      : reader_(reader),
        section_(section),
        offset_(offset),
        first_record_(first_record),
        length_(length) {}

  void read(std::span<std::byte> into) override {
    if (into.size() > remaining()) {
      throw Error(Code::damaged, "a section ends too early",
                  "restore it with the program that wrote it");
    }
    while (!into.empty()) {
      const auto buffered = static_cast<std::size_t>(ahead_ - position_);
      if (buffered > 0) {
        const std::size_t part = std::min(into.size(), buffered);
        std::ranges::copy(Bytes(buffer_).subspan(buffer_.size() - buffered, part), into.begin());
        position_ += part;
        into = into.subspan(part);
      } else if (into.size() >= record_bytes(position_ / record_size)) {
        into = into.subspan(read_whole_records(into));
      } else {
        buffer_.resize(record_bytes(position_ / record_size));
        open_record(position_ / record_size, buffer_);
        ahead_ = position_ + buffer_.size();
        report(buffer_.size());
      }
    }
  }

  [[nodiscard]] std::uint64_t remaining() const noexcept override { return length_ - position_; }

 private:
  [[nodiscard]] std::size_t record_bytes(std::uint64_t record) const {
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(record_size, length_ - record * record_size));
  }

  /// Straight into their place, as many at once as there are threads.
  std::size_t read_whole_records(MutableBytes into) {
    const std::uint64_t first = position_ / record_size;
    std::vector<MutableBytes> places;
    while (!into.empty() && places.size() < reader_.executor_.width()) {
      const std::size_t bytes = position_ + places.size() * record_size < length_
                                    ? record_bytes(first + places.size())
                                    : 0;
      if (bytes == 0 || bytes > into.size()) break;
      places.push_back(into.first(bytes));
      into = into.subspan(bytes);
    }
    reader_.executor_.for_each(places.size(),
                               [&](std::size_t i) { open_record(first + i, places[i]); });
    std::size_t done = 0;
    for (const MutableBytes place : places) done += place.size();
    position_ += done;
    ahead_ = position_;
    report(done);
    return done;
  }

  void report(std::size_t bytes) {
    reader_.bytes_done_ += bytes;
    if (reader_.progress_) reader_.progress_({reader_.bytes_done_, 0});
  }

  void open_record(std::uint64_t record, MutableBytes into) const {
    const std::uint64_t offset = offset_ + record * record_size;
    if (reader_.file_.read_at(offset, into) != into.size()) {
      damaged(offset, "a record is cut off");
    }
    const auto number = first_record_ + record;
    const Buffer context = record_context(reader_.head_.lineage, reader_.found_.header.salt,
                                          section_, record * record_size);
    const Bytes tag =
        Bytes(reader_.index_.tags)
            .subspan(static_cast<std::size_t>(number) * reader_.tag_size_, reader_.tag_size_);
    if (!reader_.sealers_.records->open(number, context, into, tag, into)) {
      damaged(offset, "a record was altered");
    }
  }

  GenerationReader& reader_;
  std::uint32_t section_;
  std::uint64_t offset_;  // of the section's first record, in the file
  std::uint64_t first_record_;
  std::uint64_t length_;
  std::uint64_t position_ = 0;
  std::uint64_t ahead_ = 0;  // buffer_ ends here
  Buffer buffer_;
};

GenerationReader::GenerationReader(io::File& file, const FileHead& head, FoundGeneration found,
                                   const LineageKey& key, Executor& executor,
                                   ProgressCallback progress)
    : file_(file),
      head_(head),
      found_(std::move(found)),
      executor_(executor),
      progress_(std::move(progress)),
      tag_size_(crypto::tag_size(head.cipher)),
      sealers_(make_sealers(head.cipher, key, found_.header.salt)) {
  auto index = open_index(file, head, found_, key);
  if (!index) damaged(found_.offset, "a generation is not authentic");
  index_ = std::move(*index);
  if (const auto& base = found_.header.base) {
    auto below = base->offset < found_.offset ? read_generation(file, base->offset) : std::nullopt;
    if (!below || below->root != base->root || below->header.chain + 1 != found_.header.chain ||
        below->offset + below->header.length > found_.offset) {
      damaged(base->offset, "a generation is missing that a later one refers to,");
    }
    base_ =
        std::make_unique<GenerationReader>(file, head, std::move(*below), key, executor, progress_);
  }
  for (const SectionEntry& section : index_.sections) {
    if (section.inherited()) (void)number_in_base(section);
  }
}

GenerationReader::~GenerationReader() = default;
GenerationReader::GenerationReader(GenerationReader&&) noexcept = default;

const FoundGeneration& GenerationReader::holder() const noexcept {
  const bool holds_nothing = std::ranges::all_of(
      index_.sections, [](const SectionEntry& section) { return section.runs.empty(); });
  return base_ && holds_nothing ? base_->holder() : found_;
}

std::unique_ptr<Source> GenerationReader::section(std::size_t number) {
  const SectionEntry& section = index_.sections.at(number);
  return section.inherited() ? base_->section(number_in_base(section)) : own_section(number);
}

std::size_t GenerationReader::number_in_base(const SectionEntry& section) const {
  if (base_) {
    const auto& sections = base_->index_.sections;
    const auto below = std::ranges::find(sections, section.name, &SectionEntry::name);
    if (below != sections.end() && below->type == section.type && below->length == section.length) {
      return static_cast<std::size_t>(below - sections.begin());
    }
  }
  damaged(found_.offset, "a section is missing from its base");
}

std::unique_ptr<Source> GenerationReader::own_section(std::size_t number) {
  std::uint64_t offset = found_.offset + found_.header.encoded_size();
  std::uint64_t first_record = 0;
  for (std::size_t i = 0; i < number; ++i) {
    offset += index_.sections[i].own_length();
    first_record += records_for(index_.sections[i].own_length());
  }
  return std::make_unique<RecordSource>(*this, static_cast<std::uint32_t>(number), offset,
                                        first_record, index_.sections[number].length);
}

void GenerationReader::authenticate() {
  Buffer scrap(std::min<std::uint64_t>(executor_.width() * record_size, found_.header.length));
  for (std::size_t i = 0; i < index_.sections.size(); ++i) {
    if (index_.sections[i].runs.empty()) continue;
    const auto source = own_section(i);
    while (source->remaining() > 0) {
      source->read(MutableBytes(scrap).first(
          static_cast<std::size_t>(std::min<std::uint64_t>(scrap.size(), source->remaining()))));
    }
  }
}

}  // namespace tidemark::container
