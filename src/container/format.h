#pragma once

#include <tidemark/counter.h>
#include <tidemark/policy.h>
#include <tidemark/state.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "crypto/cipher.h"

/// The parts of the file as values, and their encodings. docs/format.md is the specification.
namespace tidemark::container {

inline constexpr std::uint16_t format_version = 1;
inline constexpr std::size_t block_size = 4096;  ///< items start at multiples of it
inline constexpr std::size_t record_size = std::size_t{1}
                                           << 20;  ///< plaintext bytes in a full record
inline constexpr std::size_t largest_name = 4608;  ///< of a lineage, in bytes
inline constexpr std::size_t largest_section_name = 255;
inline constexpr std::size_t most_sections = 65535;
inline constexpr std::size_t most_slots = 255;
inline constexpr std::uint32_t largest_head = 2 * block_size;
inline constexpr std::uint32_t largest_index = 64U << 20;
inline constexpr std::uint32_t longest_chain = 64;

struct LineageId {
  std::array<std::byte, 16> bytes{};
  auto operator<=>(const LineageId&) const = default;
};

struct SessionId {
  std::array<std::byte, 16> bytes{};
  auto operator<=>(const SessionId&) const = default;
};

/// Why a generation was written.
enum class Purpose : std::uint8_t {
  checkpoint = 1,
  take_over = 2,   ///< the successor with which a restore takes the lineage over
  start_over = 3,  ///< the first generation of a fresh lineage above an old one's mark
  used = 4,  ///< the record of a mark by which a restore used its parent up: it holds no state
  move = 5,  ///< carries the lineage from one counter to another, and has a place on both
};

/// Rounds up to a whole number of blocks.
[[nodiscard]] constexpr std::uint64_t whole_blocks(std::uint64_t bytes) noexcept {
  return (bytes + block_size - 1) / block_size * block_size;
}

/// What a counter must be told before it answers, under the lineage's key.
struct SealedSecret {
  std::vector<Buffer> key_slots{};  ///< each wraps the lineage's key
  std::array<std::byte, 32> salt{};
  std::array<std::byte, 80> sealed{};
};

/// What stands once, at the beginning of every file, in the clear.
struct FileHead {
  LineageId lineage{};
  crypto::Cipher cipher{};
  std::string name{};  ///< the lineage's
  std::optional<SealedSecret> counter_secret{};

  /// A whole number of blocks.
  [[nodiscard]] std::size_t encoded_size() const noexcept;

  /// The head as it stands in a file.
  [[nodiscard]] Buffer encode() const;

  /// Reads a head from the first bytes of a file, at most `largest_head` of them. Throws Error
  /// (`damaged`, `unsupported`).
  [[nodiscard]] static FileHead decode(Bytes bytes);
};

/// Binds a generation to the head of its file.
[[nodiscard]] Digest digest_of(Bytes encoded_head);

/// The generation in the same file that holds what this one does not.
struct Base {
  std::uint64_t distance = 0;  ///< how far before this one it begins, so that both can be moved
  Root root{};
  bool operator==(const Base&) const = default;
};

/// A generation's place on a counter.
struct Step {
  Digest counter_id{};
  Mark parent{};
  std::uint64_t value = 0;  ///< of the generation's own mark
  bool operator==(const Step&) const = default;
};

/// What stands at the beginning of every generation, in the clear, authenticated together with its
/// index.
struct GenerationHeader {
  std::uint64_t length = 0;        ///< of the whole generation, a multiple of block_size
  std::uint64_t index_offset = 0;  ///< from the generation's start
  std::uint32_t index_length = 0;  ///< sealed, its tag included
  Digest head{};
  std::array<std::byte, 32> salt{};
  Digest key_commitment{};  ///< zeros: sealed without a key
  Digest counter_id{};
  Mark parent{};
  std::uint64_t value = 0;
  SessionId session{};
  std::uint64_t proposal = 0;
  Purpose purpose = Purpose::checkpoint;
  Policy policy = Policy::hand_over;
  std::uint32_t chain = 0;  ///< how many bases a restore goes through
  std::optional<Base> base{};
  std::optional<Root> copied{};  ///< take-overs: the pending generation whose state this one copies
  std::vector<Buffer> key_slots{};
  std::optional<Step> moves_to{};  ///< moves: the place on the counter that the lineage goes to

  /// The place on the counter with this id, if that is one that a move goes to; else on the one
  /// that it was written under.
  [[nodiscard]] Step on(const Digest& counter) const;

  /// Depends on slots and purpose alone, so that it is known before the rest is.
  [[nodiscard]] std::size_t encoded_size() const noexcept;
  [[nodiscard]] Buffer encode() const;

  /// Reads a header from the first block of a generation; nothing if these bytes are none, are
  /// torn, or belong to a file with another head. Throws Error (`unsupported`) for a whole header
  /// with values that this version does not know.
  [[nodiscard]] static std::optional<GenerationHeader> decode(Bytes block, const Digest& head);
};

/// A piece of a section's bytes.
struct Run {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const Run&) const = default;
};

/// Whether this version knows its kinds.
[[nodiscard]] bool is_known(const SectionType& type) noexcept;

struct SectionEntry {
  std::string name{};
  SectionType type{};
  std::uint64_t length = 0;
  std::vector<Run> runs{};  ///< what this generation holds of it; the base has the rest

  [[nodiscard]] std::uint64_t own_length() const noexcept;

  /// Whether the base has some of it, or all.
  [[nodiscard]] bool inherits() const noexcept { return own_length() < length; }

  /// Where the bytes end that the base must have.
  [[nodiscard]] std::uint64_t inherited_end() const noexcept;
};

/// What a generation holds: sealed, and with the header what the root is made of.
struct Index {
  std::vector<SectionEntry> sections{};
  Buffer tags{};  ///< one for each record, in order

  [[nodiscard]] Buffer encode() const;

  /// Throws Error (`damaged`, `unsupported`). `tag_size` is the cipher's.
  [[nodiscard]] static Index decode(Bytes plain, std::size_t tag_size);
};

/// How many records hold a run, which is not empty: they end where it does, and at each multiple of
/// `record_size` in the section.
[[nodiscard]] constexpr std::uint64_t records_for(const Run& run) noexcept {
  return (run.offset + run.length - 1) / record_size - run.offset / record_size + 1;
}

/// Written behind a generation once it was committed: proves its own value, where the generation
/// alone proves its parent's.
struct Note {
  Digest counter_id{};
  Mark mark{};
  Digest authenticator{};

  [[nodiscard]] Buffer encode() const;

  /// Nothing if these bytes are no whole note.
  [[nodiscard]] static std::optional<Note> decode(Bytes block);
};

/// SHA-256 over header and sealed index.
[[nodiscard]] Root root_of(Bytes header, Bytes sealed_index);

}  // namespace tidemark::container
