#pragma once

#include <tidemark/state.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <typeindex>
#include <unordered_map>
#include <vector>

/// What <tidemark/cereal.h> is built on; programs do not need it themselves.
namespace tidemark::state {

/// An object's bytes on their way out, through a buffer of fixed size.
///
/// Writer and reader both count the elements of all containers, by the same rule: no more than the
/// object has bytes, and `spare_elements`. An element takes at least one byte that belongs to no
/// element further inside, unless it takes none at all, like an empty struct. So the rule turns
/// away nothing that is sensible, whatever is saved can be restored, and no length in a file makes
/// a restore allocate more than a fixed multiple of the section's own size.
class ObjectWriter {
 public:
  static constexpr std::uint64_t spare_elements = 65536;

  ObjectWriter(std::string_view section, Sink& sink);

  void write(std::span<const std::byte> bytes);
  void count_elements(std::uint64_t number) noexcept;
  [[nodiscard]] const std::string& section() const noexcept { return section_; }

  /// Writes what is still in the buffer. Throws Error (`usage`) where there were too many elements.
  void finish();

 private:
  void flush();

  std::string section_;
  Sink& sink_;
  std::vector<std::byte> buffer_;
  std::uint64_t written_ = 0;
  std::uint64_t elements_ = 0;
};

/// An object's bytes on their way in. Every function throws Error (`unsupported`) for bytes that
/// no object of the class can have written.
class ObjectReader {
 public:
  ObjectReader(std::string_view section, Source& source);

  void read(std::span<std::byte> into);

  /// The same, for memory that will be read as bool: a byte must be 0 or 1.
  void read_booleans(std::span<std::byte> into);

  void count_elements(std::uint64_t number);

  /// Refuses what a newer version of a class wrote than the program knows.
  void check_version(std::uint32_t saved, std::uint32_t known) const;

  /// Refuses bytes that are left over.
  void finish() const;

 private:
  [[noreturn]] void refuse() const;

  std::string section_;
  Source& source_;
  std::vector<std::byte> buffer_;
  std::span<const std::byte> ahead_;  ///< read already, in buffer_
  std::uint64_t elements_left_;
};

/// What type every shared object has. cereal knows them by address or by number alone, so one
/// number in place of another would give an object of one class back as one of another class.
class SharedTypes {
 public:
  /// What the shared pointer that comes next points to.
  void expect(std::type_index type) noexcept { expected_ = type; }

  /// Whether the object of this address or number has the expected type. A new one has.
  [[nodiscard]] bool agree(std::uint64_t object);

 private:
  std::unordered_map<std::uint64_t, std::type_index> types_;
  std::type_index expected_{typeid(void)};
};

/// Throws Error (`usage`), since a restore would have to refuse it.
[[noreturn]] void throw_two_types(std::string_view section);

/// Throws Error (`unsupported`) unless `saved` is an object that a class of version
/// `expected.class_version` can load.
void check_object(std::string_view section, const SectionType& expected, const SectionType& saved);

/// Inside a catch block: throws Error in place of what cereal or a program's own serialize function
/// threw, which stays nested in it. An Error, or what is no std::exception, is thrown again as it
/// is.
[[noreturn]] void rethrow_from_save(std::string_view section);
[[noreturn]] void rethrow_from_load(std::string_view section);

}  // namespace tidemark::state
