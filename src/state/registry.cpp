#include "state/registry.h"

#include <tidemark/error.h>

#include <utility>

namespace tidemark::state {

void Registry::add(std::string_view name, std::unique_ptr<Section> section, Presence presence,
                   Changes changes) {
  if (name.empty() || name.size() > longest_name) {
    throw Error(Code::usage,
                "a section's name has " + std::to_string(name.size()) + " bytes instead of 1 to " +
                    std::to_string(longest_name),
                "give the section a shorter name that is not empty");
  }
  if (positions_.contains(name)) {
    throw Error(Code::usage, "two sections have the name \"" + std::string(name) + "\"",
                "give every section a name of its own");
  }
  if (!section) {
    throw Error(Code::usage,
                "there is no section to go with the name \"" + std::string(name) + "\"",
                "register a section that is not null");
  }
  if (entries_.size() == most_sections) {
    throw Error(Code::usage, "a state has more than " + std::to_string(most_sections) + " sections",
                "keep many small things together in one section");
  }
  entries_.push_back({std::string(name), presence, std::move(section), MemoryChanges(changes)});
  positions_.emplace(name, entries_.size() - 1);
}

void Registry::touch(std::string_view name, std::uint64_t offset, std::uint64_t length) {
  Entry* const entry = find(name);
  const auto memory = entry != nullptr ? entry->section->memory() : std::nullopt;
  if (!memory) {
    throw Error(Code::usage,
                "there is no memory with the name \"" + std::string(name) + "\" to touch",
                "touch an array or raw memory that is registered");
  }
  if (offset > memory->size() || length > memory->size() - offset) {
    throw Error(Code::usage,
                "bytes beyond the end of the section \"" + std::string(name) + "\" were touched",
                "touch bytes that it has");
  }
  entry->memory.touch(offset, length);
}

Entry* Registry::find(std::string_view name) noexcept {
  const auto found = positions_.find(name);
  return found == positions_.end() ? nullptr : &entries_[found->second];
}

}  // namespace tidemark::state
