#pragma once

#include <tidemark/stream.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tidemark {

/// What a restore does about a section that the checkpoint does not hold.
enum class Presence {
  required,  ///< refuse it: `unsupported`
  optional,  ///< leave the registered object as it is
};

enum class SectionKind : std::uint8_t { object = 1, array = 2, memory = 3 };
enum class ElementKind : std::uint8_t { none = 0, other = 1, boolean = 2, signed_integer = 3, unsigned_integer = 4, floating = 5 };

/// What a section says of itself beside its bytes; kept, authenticated, with every checkpoint.
struct SectionType {
  SectionKind kind{};
  ElementKind element{};           ///< arrays: what their elements are
  std::uint32_t element_size = 0;  ///< arrays: bytes in one element
  std::uint32_t class_version = 0;  ///< objects: the class version that wrote it
  bool operator==(const SectionType&) const = default;
};

/// One named part of the state. `State` makes them; programs rarely write their own.
/// A restore calls `load` on every section and, only when all of them succeeded, `accept` on each;
/// else `discard` on each.
class Section {
 public:
  virtual ~Section() = default;
  [[nodiscard]] virtual SectionType type() const = 0;

  /// Writes the section's bytes. The same object may be saved any number of times.
  virtual void save(Sink& sink) const = 0;

  /// Reads all of `source`, which holds what a section of type `saved` wrote, beside the registered
  /// object, and keeps it for `accept`. Throws Error (`unsupported`) where the types do not fit.
  virtual void load(Source& source, const SectionType& saved) = 0;

  /// Puts what was loaded last into the registered object.
  virtual void accept() noexcept = 0;

  /// Forgets what was loaded.
  virtual void discard() noexcept = 0;
};

namespace state {
class Registry;

[[nodiscard]] std::unique_ptr<Section> memory_section(std::span<std::byte> memory);
[[nodiscard]] SectionType array_type(ElementKind element, std::size_t element_size);

/// Throws Error (`unsupported`) unless an array of type `saved` and `bytes` bytes can be loaded as `expected`.
void check_array(const SectionType& expected, const SectionType& saved, std::uint64_t bytes);
}  // namespace state

/// The named sections that make up an application's state. It refers to registered objects: they
/// must outlive it and stay where they are, and no thread may change them during a save or a restore.
/// Names are non-empty, unique, at most 255 bytes long; otherwise Error (`usage`) is thrown.
/// Not thread-safe.
class State {
 public:
  State();
  ~State();
  State(State&&) noexcept;
  State& operator=(State&&) noexcept;

  /// Registers anything that cereal can serialize, default-constructible and movable. Include
  /// <tidemark/cereal.h> to use it. A class that may change one day takes a version from its first
  /// day on: `template <class Archive> void serialize(Archive&, std::uint32_t version)`.
  template <class T>
  void object(std::string_view name, T& object, Presence presence = Presence::required);

  /// Registers a vector of trivially copyable elements, saved as one block of memory and resized on
  /// restore. Refused on restore unless kind and size of the elements are those that were saved.
  template <class T>
    requires std::is_trivially_copyable_v<T>
  void array(std::string_view name, std::vector<T>& array, Presence presence = Presence::required);

  /// Registers raw memory of fixed size. It is the one kind of section that a restore decrypts in
  /// place: a restore that fails leaves it zeroed.
  void memory(std::string_view name, std::span<std::byte> memory,
              Presence presence = Presence::required);

  /// Registers a section of the program's own making.
  void section(std::string_view name, std::unique_ptr<Section> section,
               Presence presence = Presence::required);

  /// Makes a restore pass over sections that are not registered here, instead of refusing them
  /// (`unsupported`). The next checkpoint no longer holds them.
  void allow_unknown();

  [[nodiscard]] state::Registry& registry() noexcept { return *registry_; }

 private:
  std::unique_ptr<state::Registry> registry_;
};

namespace state {

template <class T>
constexpr ElementKind element_kind() {
  if constexpr (std::is_same_v<T, bool>) return ElementKind::boolean;
  else if constexpr (std::floating_point<T>) return ElementKind::floating;
  else if constexpr (std::signed_integral<T>) return ElementKind::signed_integer;
  else if constexpr (std::unsigned_integral<T>) return ElementKind::unsigned_integer;
  else return ElementKind::other;
}

}  // namespace state
}  // namespace tidemark
