#include "session/sections.h"

#include <tidemark/error.h>

#include <algorithm>
#include <set>
#include <string>

namespace tidemark::session {
namespace {

/// Reads to the end, `use` sees every piece.
template <class Use>
void drain(Source& source, Use use) {
  Buffer piece(static_cast<std::size_t>(
      std::min<std::uint64_t>(source.remaining(), container::record_size)));
  while (source.remaining() > 0) {
    const auto part = MutableBytes(piece).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), source.remaining())));
    source.read(part);
    use(Bytes(part));
  }
}

void load_all(container::GenerationReader& reader, state::Registry& registry) {
  std::set<std::string_view> saved;
  for (std::size_t i = 0; i < reader.sections().size(); ++i) {
    const container::SectionEntry& entry = reader.sections()[i];
    saved.insert(entry.name);
    const auto source = reader.section(i);
    if (const state::Entry* registered = registry.find(entry.name)) {
      registered->section->load(*source, entry.type);
    } else if (!registry.unknown_allowed()) {
      throw Error(Code::unsupported,
                  "the file holds a section \"" + entry.name + "\" that this program does not know",
                  "restore it with the program that wrote it, or allow unknown sections");
    }
    drain(*source, [](Bytes) {});
  }
  for (const state::Entry& entry : registry.entries()) {
    if (entry.presence == Presence::required && !saved.contains(entry.name)) {
      throw Error(Code::unsupported, "the file holds no section \"" + entry.name + "\"",
                  "restore it with the program that wrote it, or make the section optional");
    }
  }
}

void copy_section(container::GenerationReader& reader, std::size_t number,
                  container::GenerationWriter& writer) {
  const container::SectionEntry& entry = reader.sections()[number];
  const auto source = reader.section(number);
  writer.add(entry.name, entry.type,
             [&](Sink& sink) { drain(*source, [&](Bytes piece) { sink.write(piece); }); });
}

}  // namespace

void load(container::GenerationReader& reader, state::Registry& registry) {
  try {
    load_all(reader, registry);
  } catch (...) {
    for (const state::Entry& entry : registry.entries()) entry.section->discard();
    throw;
  }
}

void accept(state::Registry& registry) noexcept {
  for (const state::Entry& entry : registry.entries()) entry.section->accept();
}

void copy(container::GenerationReader& reader, container::GenerationWriter& writer) {
  for (std::size_t i = 0; i < reader.sections().size(); ++i) {
    const container::SectionEntry& entry = reader.sections()[i];
    if (entry.runs.empty()) {
      writer.inherit(entry);
    } else {
      copy_section(reader, i, writer);
    }
  }
}

void copy_whole(container::GenerationReader& reader, container::GenerationWriter& writer) {
  for (std::size_t i = 0; i < reader.sections().size(); ++i) copy_section(reader, i, writer);
}

void refer(const container::GenerationReader& reader, container::GenerationWriter& writer) {
  for (const container::SectionEntry& entry : reader.sections()) writer.inherit(entry);
}

}  // namespace tidemark::session
