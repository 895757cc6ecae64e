#pragma once

#include "container/format.h"
#include "io/file_system.h"

/// Finding what a file holds, without a key and without reading bulk data.
namespace tidemark::container {

/// A generation as it lies in a file. Nothing of it is authentic before a key has opened its index.
struct FoundGeneration {
  std::uint64_t offset = 0;
  GenerationHeader header{};
  Root root{};
};

struct FileScan {
  FileHead head{};
  Digest head_digest{};
  std::uint64_t size = 0;                      ///< of the file
  std::uint64_t end = 0;                       ///< where the last whole item ends
  std::vector<FoundGeneration> generations{};  ///< in the file's order
  std::vector<Note> notes{};

  /// Whether bytes were passed over that are no whole item.
  bool unreadable = false;

  /// Whether there is no item, and nothing or zeros where the first one's header belongs: left by a
  /// writer that was stopped before it had finished, since the header comes last.
  bool unfinished = false;
};

/// Reads the head. Throws Error (`damaged`, `unsupported`).
[[nodiscard]] FileHead read_head(io::File& file);

/// Finds every whole item. A torn one is passed over and costs nothing but itself; in a file
/// without encryption, where saved data could look like items, everything behind it as well. Throws
/// Error
/// (`damaged`, `unsupported`, `failed`).
[[nodiscard]] FileScan scan(io::File& file);

/// Reads the generation at `offset` alone; nothing if there is none that is whole.
[[nodiscard]] std::optional<FoundGeneration> read_generation(io::File& file, std::uint64_t offset);

/// The sealed index of a generation; nothing if the file ends before.
[[nodiscard]] std::optional<Buffer> read_sealed_index(io::File& file, const FoundGeneration& found);

}  // namespace tidemark::container
