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
  void authenticate();

 private:
  class RecordSource;

  [[nodiscard]] std::unique_ptr<Source> own_section(std::size_t number);
  [[nodiscard]] std::size_t number_in_base(const SectionEntry& section) const;

  io::File& file_;
  const FileHead& head_;
  FoundGeneration found_;
  Executor& executor_;
  ProgressCallback progress_;
  std::size_t tag_size_;
  GenerationSealers sealers_;
  Index index_;
  std::unique_ptr<GenerationReader> base_;
  std::uint64_t bytes_done_ = 0;
};

}  // namespace tidemark::container
