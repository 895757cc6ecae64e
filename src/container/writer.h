#pragma once

#include <tidemark/progress.h>
#include <tidemark/stream.h>

#include <functional>
#include <string_view>

#include "container/record_stream.h"
#include "container/scan.h"
#include "container/seal.h"

namespace tidemark::container {

/// Writes a file's head. Returns where the first generation goes.
std::uint64_t write_head(io::File& file, const FileHead& head);

/// What a generation says of itself before anything of it is written.
struct Proposal {
  Digest counter_id{};
  Mark parent{};
  std::uint64_t value = 0;
  SessionId session{};
  std::uint64_t number = 0;
  Purpose purpose = Purpose::checkpoint;
  Policy policy = Policy::hand_over;
  std::vector<Buffer> key_slots{};
  std::optional<Root> copied{};
  std::optional<Step> moves_to{};
  std::optional<FoundGeneration> base{};
};

/// Writes one generation: sections as they come, in sealed records, without a second copy of them,
/// and last the header, which alone makes the rest findable. A small one is a single write. Nothing
/// is synced here.
class GenerationWriter {
 public:
  GenerationWriter(const Sealing& sealing, const WriteTarget& target, Proposal proposal);

  /// Keeps it in memory until `write_to` is called, at the latest by `holding.overflow`.
  GenerationWriter(const Sealing& sealing, Holding holding, Proposal proposal);

  /// Writes what is held, and what follows.
  void write_to(const WriteTarget& target, io::WriteBehind::Where where);

  /// Its place in the lineage, if that is not what was proposed at first.
  void follow(const Mark& parent, std::uint64_t value);

  /// Whether it is said where it is to be written.
  [[nodiscard]] bool has_target() const noexcept { return records_.target().has_value(); }

  /// How many bytes there are so far.
  [[nodiscard]] std::uint64_t size() const noexcept { return records_.size(); }

  /// Adds a section whose bytes `save` writes.
  void add(std::string_view name, const SectionType& type, const std::function<void(Sink&)>& save);

  /// Adds a section that saves `memory` as it is, of which the base has everything but `runs`.
  /// These are in order and do not overlap.
  void add_changes(std::string_view name, const SectionType& type, Bytes memory,
                   std::vector<Run> runs);

  /// Adds a section that the base has, as the base's index describes it.
  void inherit(const SectionEntry& section);

  /// Writes what is left. Throws Error (`failed`), also from the functions above, where the file
  /// system refuses: then nothing that was there before is harmed.
  [[nodiscard]] FoundGeneration finish();

 private:
  class SectionSink;

  GenerationWriter(Sealing sealing, std::optional<Holding> holding, Proposal proposal);
  void begin_section(std::string_view name, const SectionType& type);
  void begin_run(std::uint64_t offset);

  Sealing sealing_;
  std::optional<FoundGeneration> base_;
  GenerationHeader header_;
  GenerationSealers sealers_;
  std::size_t tag_size_;
  Index index_;
  RecordStream records_;
};

}  // namespace tidemark::container
