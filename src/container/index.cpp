#include <tidemark/error.h>

#include <limits>
#include <set>

#include "base/coding.h"
#include "container/format.h"

namespace tidemark::container {
namespace {

[[noreturn]] void refuse(std::string_view what) {
  throw Error(Code::damaged, "a generation's index is damaged: " + std::string(what),
              "restore another copy of the file");
}

[[noreturn]] void unknown() {
  throw Error(Code::unsupported, "the file uses a feature that this program does not know",
              "use the newer program that wrote it");
}

SectionType decode_type(Decoder& fields) {
  const auto kind = fields.number<std::uint8_t>();
  const auto element = fields.number<std::uint8_t>();
  SectionType type{static_cast<SectionKind>(kind), static_cast<ElementKind>(element)};
  if (!is_known(type)) unknown();
  type.element_size = fields.number<std::uint32_t>();
  type.class_version = fields.number<std::uint32_t>();
  return type;
}

std::vector<Run> decode_runs(Decoder& fields, std::uint64_t length) {
  const auto count = fields.number<std::uint32_t>();
  if (count > fields.remaining() / sizeof(Run)) refuse("more runs than bytes");
  std::vector<Run> runs;
  runs.reserve(count);
  std::uint64_t end = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Run run{fields.number<std::uint64_t>(), fields.number<std::uint64_t>()};
    if (run.offset < end || run.length == 0 || run.offset > length ||
        run.length > length - run.offset) {
      refuse("its runs overlap or lie outside their section");
    }
    end = run.offset + run.length;
    runs.push_back(run);
  }
  return runs;
}

}  // namespace

bool is_known(const SectionType& type) noexcept {
  return type.kind >= SectionKind::object && type.kind <= SectionKind::memory &&
         type.element <= ElementKind::floating;
}

std::uint64_t SectionEntry::own_length() const noexcept {
  std::uint64_t sum = 0;
  for (const Run& run : runs) sum += run.length;
  return sum;
}

std::uint64_t SectionEntry::inherited_end() const noexcept {
  std::uint64_t end = length;
  for (auto run = runs.rbegin(); run != runs.rend() && run->offset + run->length == end; ++run) {
    end = run->offset;
  }
  return end;
}

Buffer Index::encode() const {
  Encoder fields;
  fields.number(static_cast<std::uint16_t>(sections.size()));
  for (const SectionEntry& section : sections) {
    fields.number(static_cast<std::uint8_t>(section.name.size()));
    fields.raw(bytes_of(section.name));
    fields.number(static_cast<std::uint8_t>(section.type.kind));
    fields.number(static_cast<std::uint8_t>(section.type.element));
    fields.number(section.type.element_size);
    fields.number(section.type.class_version);
    fields.number(section.length);
    fields.number(static_cast<std::uint32_t>(section.runs.size()));
    for (const Run& run : section.runs) {
      fields.number(run.offset);
      fields.number(run.length);
    }
  }
  fields.number<std::uint16_t>(0);  // extensions
  fields.raw(tags);
  return fields.take();
}

Index Index::decode(Bytes plain, std::size_t tag_size) {
  Decoder fields(plain, "a generation's index");
  Index index;
  std::uint64_t records = 0;
  std::set<std::string_view> names;
  const auto count = fields.number<std::uint16_t>();
  for (unsigned i = 0; i < count; ++i) {
    SectionEntry section;
    const Bytes name = fields.raw(fields.number<std::uint8_t>());
    if (name.empty() || !names.insert(text_of(name)).second)
      refuse("a section without a name of its own");
    section.name = text_of(name);
    section.type = decode_type(fields);
    section.length = fields.number<std::uint64_t>();
    section.runs = decode_runs(fields, section.length);
    for (const Run& run : section.runs) {
      const std::uint64_t own = records_for(run);
      if (own > std::numeric_limits<std::uint64_t>::max() - records) refuse("too many records");
      records += own;
    }
    index.sections.push_back(std::move(section));
  }
  if (fields.number<std::uint16_t>() != 0) unknown();
  if (fields.remaining() % tag_size != 0 || fields.remaining() / tag_size != records) {
    refuse("not one tag for each record");
  }
  const Bytes tags = fields.raw(fields.remaining());
  index.tags.assign(tags.begin(), tags.end());
  return index;
}

}  // namespace tidemark::container
