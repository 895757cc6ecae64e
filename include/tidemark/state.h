#pragma once

#include <tidemark/stream.h>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

/// What a restore does about a section that the checkpoint does not hold.
enum class Presence {
  required,  ///< refuse it: `unsupported`
  optional,  ///< leave the registered object as it is
};

/// How it is known what of a section changed since the last checkpoint, so that the next one need
/// not hold the rest. For arrays and raw memory; objects are compared as a whole.
enum class Changes {
  found,   ///< compared, which costs a pass over the memory, and 0.4 % of it to remember
  marked,  ///< the program says so, with State::touch, of every byte that it changes
};

enum class SectionKind : std::uint8_t { object = 1, array = 2, memory = 3 };
enum class ElementKind : std::uint8_t {
  none = 0,
  other = 1,
  boolean = 2,
  signed_integer = 3,
  unsigned_integer = 4,
  floating = 5,
};

/// What a section says of itself beside its bytes; kept, authenticated, with every checkpoint.
struct SectionType {
  SectionKind kind{};
  ElementKind element{};            ///< arrays: what their elements are
  std::uint32_t element_size = 0;   ///< arrays: bytes in one element
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

  /// The memory whose bytes `save` writes as they are; nothing where it does something else.
  [[nodiscard]] virtual std::optional<std::span<const std::byte>> memory() const {
    return std::nullopt;
  }

  /// Reads all of `source`, which holds what a section of type `saved` wrote, beside the registered
  /// object, and keeps it for `accept`. Throws Error (`unsupported`) where the types do not fit.
  virtual void load(Source& source, const SectionType& saved) = 0;

  /// Puts what was loaded last into the registered object, if anything was since the last `accept`
  /// or `discard`.
  virtual void accept() noexcept = 0;

  /// Forgets what was loaded.
  virtual void discard() noexcept = 0;
};

/// What State::object takes. Moving must not fail, or a restore could stop with half of the state
/// replaced; a class whose move assignment is not noexcept is held in a std::unique_ptr.
template <class T>
concept ObjectState = std::default_initializable<T> && std::is_nothrow_move_assignable_v<T>;

/// What State::array takes: elements whose bytes mean the same in the next process, on every
/// machine that can load them. Pointers do not, nor does long double. A std::vector<bool> has no
/// bytes to save; use one of std::uint8_t.
template <class T>
concept ArrayElement =
    std::is_trivially_copyable_v<T> && std::default_initializable<T> && !std::same_as<T, bool> &&
    !std::same_as<T, long double> && !std::is_pointer_v<T> && !std::is_member_pointer_v<T>;

namespace state {
class Registry;
}

/// The named sections that make up an application's state. It refers to registered objects: they
/// must outlive it and stay where they are, and no thread may change them during a save or a
/// restore. Names are non-empty, unique, at most 255 bytes long; otherwise Error (`usage`) is
/// thrown. Not thread-safe.
class State {
 public:
  State();
  ~State();
  State(State&&) noexcept;
  State& operator=(State&&) noexcept;

  /// Registers anything that cereal can serialize. Include <tidemark/cereal.h> to use it, which
  /// says more. A class that may change one day takes a version from its first day on: `template
  /// <class Archive> void serialize(Archive&, std::uint32_t version)`.
  template <ObjectState T>
  void object(std::string_view name, T& object, Presence presence = Presence::required);

  /// Registers a vector of trivially copyable elements, saved as one block of memory and resized on
  /// restore. Refused on restore unless kind and size of the elements are those that were saved.
  /// While a restore is under way, the old and the new elements are both in memory.
  template <ArrayElement T>
  void array(std::string_view name, std::vector<T>& array, Presence presence = Presence::required,
             Changes changes = Changes::found);

  /// Registers raw memory of fixed size. It is the one kind of section that a restore decrypts in
  /// place: a restore that fails after it began to read this section leaves it zeroed. A section of
  /// another size is refused before.
  void memory(std::string_view name, std::span<std::byte> memory,
              Presence presence = Presence::required, Changes changes = Changes::found);

  /// Registers a section of the program's own making.
  void section(std::string_view name, std::unique_ptr<Section> section,
               Presence presence = Presence::required, Changes changes = Changes::found);

  /// Says that `length` bytes at `offset` of an array or raw memory changed. Where changes are
  /// marked, what nobody touched is taken for what it was at the last checkpoint; where they are
  /// found it is never needed. Bytes that are new since an array grew need no mark, but for those
  /// that it had before it shrank. Throws Error
  /// (`usage`) for a section that is not there or has no memory, and for bytes beyond its end.
  void touch(std::string_view name, std::uint64_t offset, std::uint64_t length);

  /// Makes a restore pass over sections that are not registered here, instead of refusing them
  /// (`unsupported`). The next checkpoint no longer holds them.
  void allow_unknown();

  [[nodiscard]] state::Registry& registry() noexcept { return *registry_; }

 private:
  std::unique_ptr<state::Registry> registry_;
};

namespace state {

static_assert(std::endian::native == std::endian::little,
              "Arrays and raw memory are saved as they are, and the file format is little-endian");

template <class T>
constexpr ElementKind element_kind() {
  constexpr bool signed_on_some_machines = std::same_as<T, char> || std::same_as<T, wchar_t>;
  if constexpr (std::floating_point<T>) {
    return ElementKind::floating;
  } else if constexpr (std::signed_integral<T> && !signed_on_some_machines) {
    return ElementKind::signed_integer;
  } else if constexpr (std::unsigned_integral<T> && !signed_on_some_machines) {
    return ElementKind::unsigned_integer;
  } else {
    return ElementKind::other;
  }
}

/// How many elements an array of type `saved` and `bytes` bytes has. Throws Error (`unsupported`)
/// unless it can be loaded as `expected`.
[[nodiscard]] std::size_t array_length(std::string_view section, const SectionType& expected,
                                       const SectionType& saved, std::uint64_t bytes);

/// Asks for large pages, where memory is large enough to gain from them: most of the time of a
/// large restore is page faults.
void prefer_large_pages(std::span<std::byte> memory) noexcept;

[[noreturn]] void throw_out_of_memory(std::string_view section);

template <ArrayElement T>
class ArraySection final : public Section {
 public:
  ArraySection(std::string_view name, std::vector<T>& array) : name_(name), array_(array) {}

  [[nodiscard]] SectionType type() const override {
    return {.kind = SectionKind::array, .element = element_kind<T>(), .element_size = sizeof(T)};
  }

  void save(Sink& sink) const override { sink.write(bytes()); }
  [[nodiscard]] std::optional<std::span<const std::byte>> memory() const override {
    return bytes();
  }

  void load(Source& source, const SectionType& saved) override {
    fresh_.reset();
    const std::size_t length = array_length(name_, type(), saved, source.remaining());
    std::vector<T> fresh;
    try {
      fresh.reserve(length);
    } catch (const std::exception&) {  // std::bad_alloc or std::length_error
      throw_out_of_memory(name_);
    }
    const std::span memory(reinterpret_cast<std::byte*>(fresh.data()), length * sizeof(T));
    prefer_large_pages(memory);
    source.read_growing(
        memory, [&fresh](std::size_t bytes) { fresh.resize((bytes + sizeof(T) - 1) / sizeof(T)); });
    fresh_ = std::move(fresh);
  }

  void accept() noexcept override {
    if (fresh_) array_.swap(*fresh_);
    fresh_.reset();
  }

  void discard() noexcept override { fresh_.reset(); }

 private:
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return std::as_bytes(std::span(array_));
  }

  std::string name_;
  std::vector<T>& array_;
  std::optional<std::vector<T>> fresh_;
};

}  // namespace state

template <ArrayElement T>
void State::array(std::string_view name, std::vector<T>& array, Presence presence,
                  Changes changes) {
  section(name, std::make_unique<state::ArraySection<T>>(name, array), presence, changes);
}

}  // namespace tidemark
