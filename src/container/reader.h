#pragma once

#include <tidemark/progress.h>
#include <tidemark/stream.h>

#include <functional>
#include <memory>

#include "base/executor.h"
#include "container/scan.h"
#include "container/seal.h"

namespace tidemark::container {

/// Whether `key` is the one that this generation was sealed under, as far as the header tells.
[[nodiscard]] bool fits(const GenerationHeader& header, const LineageKey& key);

/// An authentic index, or nothing if the key, the header and the sealed index do not belong
/// together. Throws Error (`damaged`, `unsupported`) for an authentic index that makes no sense.
[[nodiscard]] std::optional<Index> open_index(io::File& file, const FileHead& head,
                                              const FoundGeneration& found, const LineageKey& key);

/// Reads the sections of one generation, and from its bases what it does not hold itself. Every
/// byte that it gives is authentic.
class GenerationReader {
 public:
  /// Throws Error (`damaged`, `unsupported`) unless header, index and bases are whole and
  /// authentic. All arguments but `found` must outlive the reader.
  GenerationReader(io::File& file, const FileHead& head, FoundGeneration found,
                   const LineageKey& key, Executor& executor, ProgressCallback progress = {});
  ~GenerationReader();
  GenerationReader(GenerationReader&&) noexcept;

  [[nodiscard]] const FoundGeneration& generation() const noexcept { return found_; }
  [[nodiscard]] const std::vector<SectionEntry>& sections() const noexcept {
    return index_.sections;
  }

  /// The generation that holds the bytes: this one, or the base of one that holds nothing itself.
  [[nodiscard]] const FoundGeneration& holder() const noexcept;

  /// The bytes of section `number`. One source at a time. Reading throws Error (`damaged`) at the
  /// first record that is not authentic.
  [[nodiscard]] std::unique_ptr<Source> section(std::size_t number);

  /// Reads everything this generation holds itself, to its last byte, and keeps nothing. Throws as
  /// reading does.
  void authenticate() const;

 private:
  class WindowSource;

  struct RunPlace {
    Run run{};
    std::uint64_t file_offset = 0;
    std::uint64_t first_record = 0;
  };
  struct SectionPlace {
    std::vector<RunPlace> runs{};
    std::optional<std::size_t> below{};  ///< its number in the base, where that has some of it
  };

  void open_base(const Base& base, const LineageKey& key);
  void place_sections();
  [[nodiscard]] std::size_t number_in_base(const SectionEntry& section) const;

  /// Reads the part of a section that begins at a multiple of record_size, from here and from the
  /// bases. Can run in several threads at once.
  void read_window(std::size_t number, std::uint64_t window, MutableBytes into) const;
  void open_record(std::size_t section, const RunPlace& run, const Run& record,
                   MutableBytes into) const;

  io::File& file_;
  const FileHead& head_;
  FoundGeneration found_;
  Executor& executor_;
  ProgressCallback progress_;
  std::size_t tag_size_;
  GenerationSealers sealers_;
  Index index_;
  std::unique_ptr<GenerationReader> base_;
  std::vector<SectionPlace> places_;
  std::uint64_t bytes_done_ = 0;
  std::uint64_t bytes_total_ = 0;  ///< of all sections, those of the base included
};

}  // namespace tidemark::container
