#include "container/reader.h"

#include <tidemark/error.h>

#include <algorithm>
#include <mutex>

#include "base/pages.h"
#include "crypto/hash.h"

namespace tidemark::container {
namespace {

[[noreturn]] void damaged(std::uint64_t offset, std::string_view what) {
  throw Error(Code::damaged, std::string(what) + " at byte " + std::to_string(offset),
              "restore another copy of the file; the counter decides whether it is the newest");
}

/// What one thread reads at a time: no more than stays in its cache until it is decrypted.
constexpr std::size_t windows_in_piece = 2;
constexpr std::size_t piece_size = windows_in_piece * record_size;

/// How much is read before the caller hears how far it is.
constexpr std::size_t read_at_once = std::size_t{64} << 20;

/// What two runs share; they do share something.
Run overlap(const Run& a, const Run& b) {
  const std::uint64_t begin = std::max(a.offset, b.offset);
  return {begin, std::min(a.offset + a.length, b.offset + b.length) - begin};
}

/// Between two multiples of record_size.
Run window_at(std::uint64_t offset) { return {offset / record_size * record_size, record_size}; }

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

/// The bytes of one section, in windows: what lies between two multiples of record_size.
class GenerationReader::WindowSource final : public Source {
 public:
  WindowSource(GenerationReader& reader, std::size_t section)
      : reader_(reader), section_(section), length_(reader.sections()[section].length) {}

  void read(std::span<std::byte> into) override {
    read(into, [](MutableBytes) {});
  }

  void read_growing(std::span<std::byte> into,
                    const std::function<void(std::size_t)>& grow) override {
    std::mutex mutex;
    std::size_t grown = 0;
    read(into, [&](MutableBytes place) {
      populate_pages(place);  // by all threads at once, where growing is one's alone
      const auto end = static_cast<std::size_t>(place.data() + place.size() - into.data());
      const std::scoped_lock lock(mutex);
      if (end <= grown) return;
      grow(end);
      grown = end;
    });
  }

  [[nodiscard]] std::uint64_t remaining() const noexcept override { return length_ - position_; }

 private:
  /// Calls `make_ready` for every part of `into` before it is touched, in whichever thread that is.
  template <class MakeReady>
  void read(MutableBytes into, const MakeReady& make_ready) {
    if (into.size() > remaining()) {
      throw Error(Code::damaged, "a section ends too early",
                  "restore it with the program that wrote it");
    }
    while (!into.empty()) {
      const auto buffered = static_cast<std::size_t>(ahead_ - position_);
      if (buffered > 0) {
        const MutableBytes part = into.first(std::min(into.size(), buffered));
        make_ready(part);
        std::ranges::copy(Bytes(buffer_).subspan(buffer_.size() - buffered, part.size()),
                          part.begin());
        position_ += part.size();
        into = into.subspan(part.size());
      } else if (const std::size_t whole = whole_windows(into.size()); whole > 0) {
        read_whole_windows(into.first(whole), make_ready);
        into = into.subspan(whole);
      } else {
        buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(record_size, remaining())));
        reader_.read_window(section_, position_ / record_size, buffer_);
        ahead_ = position_ + buffer_.size();
        report(buffer_.size());
      }
    }
  }

  /// How many bytes of the next windows fit as a whole into `size` bytes.
  [[nodiscard]] std::size_t whole_windows(std::size_t size) const {
    if (size == remaining()) return std::min(size, read_at_once);
    return std::min(size, read_at_once) / record_size * record_size;
  }

  /// Straight into their place, by all threads at once.
  template <class MakeReady>
  void read_whole_windows(MutableBytes into, const MakeReady& make_ready) {
    const std::uint64_t first = position_ / record_size;
    reader_.executor_.for_each((into.size() + piece_size - 1) / piece_size, [&](std::size_t i) {
      MutableBytes piece = into.subspan(i * piece_size);
      piece = piece.first(std::min(piece.size(), piece_size));
      make_ready(piece);
      for (std::uint64_t window = first + i * windows_in_piece; !piece.empty(); ++window) {
        const MutableBytes place = piece.first(std::min(piece.size(), record_size));
        reader_.read_window(section_, window, place);
        piece = piece.subspan(place.size());
      }
    });
    position_ += into.size();
    ahead_ = position_;
    report(into.size());
  }

  void report(std::size_t bytes) {
    // A take-over may read some of it again.
    reader_.bytes_done_ = std::min(reader_.bytes_done_ + bytes, reader_.bytes_total_);
    if (reader_.progress_) reader_.progress_({reader_.bytes_done_, reader_.bytes_total_});
  }

  GenerationReader& reader_;
  std::size_t section_;
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
  if (const auto& base = found_.header.base) open_base(*base, key);
  for (const SectionEntry& section : index_.sections) bytes_total_ += section.length;
  place_sections();
}

GenerationReader::~GenerationReader() = default;
GenerationReader::GenerationReader(GenerationReader&&) noexcept = default;

void GenerationReader::open_base(const Base& base, const LineageKey& key) {
  auto below = base.distance < found_.offset ? read_generation(file_, found_.offset - base.distance)
                                             : std::nullopt;
  if (!below || below->root != base.root || below->header.chain + 1 != found_.header.chain ||
      below->header.length > base.distance) {
    damaged(found_.offset, "a generation is missing that a later one refers to, the one");
  }
  base_ = std::make_unique<GenerationReader>(file_, head_, std::move(*below), key, executor_,
                                             progress_);
}

void GenerationReader::place_sections() {
  std::uint64_t offset = found_.offset + found_.header.encoded_size();
  std::uint64_t record = 0;
  for (const SectionEntry& section : index_.sections) {
    SectionPlace place;
    if (section.inherits()) place.below = number_in_base(section);
    for (const Run& run : section.runs) {
      place.runs.push_back({run, offset, record});
      offset += run.length;
      record += records_for(run);
    }
    places_.push_back(std::move(place));
  }
}

std::size_t GenerationReader::number_in_base(const SectionEntry& section) const {
  if (base_) {
    const auto& sections = base_->index_.sections;
    const auto below = std::ranges::find(sections, section.name, &SectionEntry::name);
    if (below != sections.end() && below->type == section.type && below->length <= section.length &&
        below->length >= section.inherited_end()) {
      return static_cast<std::size_t>(below - sections.begin());
    }
  }
  damaged(found_.offset, "a section is missing from the base of the one");
}

const FoundGeneration& GenerationReader::holder() const noexcept {
  const bool holds_nothing = std::ranges::all_of(
      index_.sections, [](const SectionEntry& section) { return section.runs.empty(); });
  return base_ && holds_nothing ? base_->holder() : found_;
}

std::unique_ptr<Source> GenerationReader::section(std::size_t number) {
  return std::make_unique<WindowSource>(*this, number);
}

void GenerationReader::read_window(std::size_t number, std::uint64_t window,
                                   MutableBytes into) const {
  const SectionPlace& place = places_[number];
  const Run whole{window * record_size, into.size()};
  std::uint64_t covered = 0;
  // The first run that ends behind the window's beginning.
  const auto first = std::ranges::partition_point(place.runs, [&](const RunPlace& run) {
    return run.run.offset + run.run.length <= whole.offset;
  });
  const auto end = std::find_if(first, place.runs.end(), [&](const RunPlace& run) {
    return run.run.offset >= whole.offset + whole.length;
  });
  for (auto run = first; run != end; ++run) covered += overlap(run->run, whole).length;
  if (covered < whole.length && place.below) {
    const std::uint64_t below = base_->index_.sections[*place.below].length;
    if (below > whole.offset) {
      base_->read_window(*place.below, window,
                         into.first(static_cast<std::size_t>(
                             std::min<std::uint64_t>(into.size(), below - whole.offset))));
    }
  }
  for (auto run = first; run != end; ++run) {
    const Run record = overlap(run->run, whole);
    open_record(number, *run, record,
                into.subspan(static_cast<std::size_t>(record.offset - whole.offset),
                             static_cast<std::size_t>(record.length)));
  }
}

void GenerationReader::open_record(std::size_t section, const RunPlace& run, const Run& record,
                                   MutableBytes into) const {
  const std::uint64_t offset = run.file_offset + (record.offset - run.run.offset);
  if (file_.read_at(offset, into) != into.size()) damaged(offset, "a record is cut off");
  const std::uint64_t number =
      run.first_record + (record.offset / record_size - run.run.offset / record_size);
  const Buffer context = record_context(head_.lineage, found_.header.salt,
                                        static_cast<std::uint32_t>(section), record.offset);
  const Bytes tag =
      Bytes(index_.tags).subspan(static_cast<std::size_t>(number) * tag_size_, tag_size_);
  if (!sealers_.records->open(number, context, into, tag, into)) {
    damaged(offset, "a record was altered");
  }
}

void GenerationReader::authenticate() const {
  for (std::size_t section = 0; section < places_.size(); ++section) {
    for (const RunPlace& run : places_[section].runs) {
      Buffer scrap(static_cast<std::size_t>(std::min<std::uint64_t>(record_size, run.run.length)));
      for (std::uint64_t at = run.run.offset; at < run.run.offset + run.run.length;) {
        const Run record = overlap(run.run, window_at(at));
        open_record(section, run, record,
                    MutableBytes(scrap).first(static_cast<std::size_t>(record.length)));
        at += record.length;
      }
    }
  }
}

}  // namespace tidemark::container
