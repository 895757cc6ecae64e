#pragma once

#include <tidemark/state.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "state/changes.h"

namespace tidemark::state {

/// One registered section, and what is known of it since it was written last.
struct Entry {
  std::string name;
  Presence presence{};
  std::unique_ptr<Section> section;
  MemoryChanges memory;
  ObjectChanges object{};
  std::optional<SectionType> written{};  ///< what type it had then
};

/// What a State holds, for the session. Not thread-safe.
class Registry {
 public:
  static constexpr std::size_t longest_name = 255;
  static constexpr std::size_t most_sections = 65535;

  /// Throws Error (`usage`) for a name or a section that State does not allow.
  void add(std::string_view name, std::unique_ptr<Section> section, Presence presence,
           Changes changes);

  /// As State::touch.
  void touch(std::string_view name, std::uint64_t offset, std::uint64_t length);

  void allow_unknown() noexcept { unknown_allowed_ = true; }
  [[nodiscard]] bool unknown_allowed() const noexcept { return unknown_allowed_; }

  /// In the order in which they were added.
  [[nodiscard]] std::span<Entry> entries() noexcept { return entries_; }
  [[nodiscard]] std::span<const Entry> entries() const noexcept { return entries_; }

  /// Null where there is none of this name. Valid until the next `add`.
  [[nodiscard]] Entry* find(std::string_view name) noexcept;

  /// Who wrote last. What the entries know is of use to nobody else.
  [[nodiscard]] const void* writer() const noexcept { return writer_; }
  void set_writer(const void* writer) noexcept { writer_ = writer; }

 private:
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t, std::less<>> positions_;
  bool unknown_allowed_ = false;
  const void* writer_ = nullptr;
};

}  // namespace tidemark::state
