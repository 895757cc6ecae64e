#pragma once

/// State::object, for those who save objects through cereal.
///
/// The encoding is that of cereal::PortableBinaryOutputArchive, little-endian. Like it, it holds
/// numbers as wide as their types are: members have fixed-width types (std::int64_t, not long).
/// NaNs and infinities keep their bits; long double differs between machines and is refused at
/// compile time.
///
/// A restore reads into a new object and then moves it into the registered one, so a member that an
/// older version of the class did not save comes out as a new object has it. What a newer version
/// wrote is refused, for nested classes too (but for those made by load_and_construct).
///
/// Polymorphic classes are registered (CEREAL_REGISTER_TYPE) after this header is included. Data as
/// deep as a long list of std::unique_ptr needs as much stack to restore as it took to save.

#include <tidemark/object_stream.h>
#include <tidemark/state.h>

#include <cereal/cereal.hpp>
#include <cereal/types/memory.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <utility>

namespace tidemark {
namespace state {

/// What CEREAL_CLASS_VERSION says in any file of the program, as cereal itself looks it up.
template <class T>
[[nodiscard]] std::uint32_t class_version() {
  using Versions = cereal::detail::StaticObject<cereal::detail::Versions>;
  [[maybe_unused]] const auto lock = Versions::lock();
  return Versions::getInstance().find(std::type_index(typeid(T)).hash_code(),
                                      cereal::detail::Version<T>::version);
}

/// The element type of what cereal calls binary data: a pointer or a reference to an array.
template <class T>
using BinaryElement =
    std::remove_cv_t<std::remove_all_extents_t<std::remove_pointer_t<std::remove_reference_t<T>>>>;

}  // namespace state

/// Writes what cereal::PortableBinaryOutputArchive writes, straight into a Sink. It is a class of
/// its own because only here lengths can be held against the rule that the reader applies.
class ObjectOutputArchive final
    : public cereal::OutputArchive<ObjectOutputArchive, cereal::AllowEmptyClassElision> {
 public:
  ObjectOutputArchive(std::string_view section, Sink& sink)
      : OutputArchive(this), writer_(section, sink) {
    (*this)(std::uint8_t{1});  // little-endian
  }

  template <class T>
  void write(const void* data, std::uint64_t size) {
    static_assert(!std::is_same_v<T, long double>, "long double differs between machines");
    writer_.write({static_cast<const std::byte*>(data), static_cast<std::size_t>(size)});
  }

  /// Hides cereal's, which looks at the address alone.
  std::uint32_t registerSharedPointer(const std::shared_ptr<const void>& pointer) {
    const auto address = reinterpret_cast<std::uintptr_t>(pointer.get());
    if (pointer && !shared_.agree(address)) state::throw_two_types(writer_.section());
    return OutputArchive::registerSharedPointer(pointer);
  }

  [[nodiscard]] state::SharedTypes& shared() noexcept { return shared_; }
  [[nodiscard]] state::ObjectWriter& writer() noexcept { return writer_; }

 private:
  state::ObjectWriter writer_;
  state::SharedTypes shared_;
};

/// Reads what ObjectOutputArchive wrote. cereal's own archive passes lengths on to `resize` as they
/// stand in the file; this one checks them first.
class ObjectInputArchive final
    : public cereal::InputArchive<ObjectInputArchive, cereal::AllowEmptyClassElision> {
 public:
  using VersionOf = std::uint32_t (*)();

  ObjectInputArchive(std::string_view section, Source& source)
      : InputArchive(this), reader_(section, source) {
    bool little_endian = false;
    (*this)(little_endian);
    if (!little_endian) throw cereal::Exception("big-endian");
  }

  template <class T>
  void read(void* data, std::uint64_t size) {
    static_assert(!std::is_same_v<T, long double>, "long double differs between machines");
    const std::span into(static_cast<std::byte*>(data), static_cast<std::size_t>(size));
    if constexpr (std::is_same_v<T, bool>) {
      reader_.read_booleans(into);
    } else {
      reader_.read(into);
    }
  }

  /// What cereal is about to read: if it is a class with a version, then where to look that up.
  void expect(VersionOf version_of) noexcept { version_of_ = version_of; }
  [[nodiscard]] VersionOf expected() const noexcept { return version_of_; }

  /// These two hide cereal's, which look at the number alone.
  void registerSharedPointer(std::uint32_t id, const std::shared_ptr<void>& pointer) {
    check_shared(id & ~cereal::detail::msb_32bit);
    InputArchive::registerSharedPointer(id, pointer);
  }

  std::shared_ptr<void> getSharedPointer(std::uint32_t id) {
    if (id != 0) check_shared(id);  // 0 is null
    return InputArchive::getSharedPointer(id);
  }

  [[nodiscard]] state::SharedTypes& shared() noexcept { return shared_; }
  [[nodiscard]] state::ObjectReader& reader() noexcept { return reader_; }

 private:
  void check_shared(std::uint32_t id) {
    if (!shared_.agree(id)) throw cereal::Exception("a shared object of another type");
  }

  state::ObjectReader reader_;
  state::SharedTypes shared_;
  VersionOf version_of_ = nullptr;
};

/// The functions from here to the end of the namespace are those that cereal looks for beside an
/// archive.
template <class T>
  requires std::is_arithmetic_v<T>
void CEREAL_SAVE_FUNCTION_NAME(ObjectOutputArchive& archive, const T& value) {
  archive.write<T>(&value, sizeof value);
}

template <class T>
  requires std::is_arithmetic_v<T>
void CEREAL_LOAD_FUNCTION_NAME(ObjectInputArchive& archive, T& value) {
  archive.read<T>(&value, sizeof value);
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(ObjectOutputArchive& archive, const cereal::BinaryData<T>& binary) {
  archive.write<state::BinaryElement<T>>(binary.data, binary.size);
}

template <class T>
void CEREAL_LOAD_FUNCTION_NAME(ObjectInputArchive& archive, cereal::BinaryData<T>& binary) {
  archive.read<state::BinaryElement<T>>(binary.data, binary.size);
}

template <class T>
void CEREAL_SERIALIZE_FUNCTION_NAME(ObjectOutputArchive& archive, cereal::SizeTag<T>& tag) {
  archive(tag.size);
  archive.writer().count_elements(static_cast<std::uint64_t>(tag.size));
}

template <class T>
void CEREAL_SERIALIZE_FUNCTION_NAME(ObjectInputArchive& archive, cereal::SizeTag<T>& tag) {
  archive(tag.size);
  archive.reader().count_elements(static_cast<std::uint64_t>(tag.size));
}

template <class T>
void CEREAL_SERIALIZE_FUNCTION_NAME(ObjectOutputArchive& archive, cereal::NameValuePair<T>& pair) {
  archive(pair.value);
}

/// cereal reads a class's version as a pair of this name, right after the prologue of the class.
template <class T>
void CEREAL_SERIALIZE_FUNCTION_NAME(ObjectInputArchive& archive, cereal::NameValuePair<T>& pair) {
  const auto version_of = archive.expected();
  archive(pair.value);
  if constexpr (std::is_same_v<std::remove_reference_t<T>, std::uint32_t>) {
    if (version_of != nullptr && std::string_view(pair.name) == "cereal_class_version") {
      archive.reader().check_version(pair.value, version_of());
    }
  }
}

/// cereal's own functions for these two give equal keys back in reverse order.
template <class Key, class Value, class Compare, class Allocator>
void CEREAL_LOAD_FUNCTION_NAME(ObjectInputArchive& archive,
                               std::multimap<Key, Value, Compare, Allocator>& map) {
  cereal::size_type size = 0;
  archive(cereal::make_size_tag(size));
  map.clear();
  for (; size > 0; --size) {
    Key key{};
    Value value{};
    archive(cereal::make_map_item(key, value));
    map.emplace_hint(map.end(), std::move(key), std::move(value));
  }
}

template <class Key, class Compare, class Allocator>
void CEREAL_LOAD_FUNCTION_NAME(ObjectInputArchive& archive,
                               std::multiset<Key, Compare, Allocator>& set) {
  cereal::size_type size = 0;
  archive(cereal::make_size_tag(size));
  set.clear();
  for (; size > 0; --size) {
    Key key{};
    archive(key);
    set.emplace_hint(set.end(), std::move(key));
  }
}

template <class T>
void prologue(ObjectInputArchive& archive, const T&) {
  using Archive = ObjectInputArchive;
  if constexpr (cereal::traits::has_member_versioned_serialize<T, Archive>::value ||
                cereal::traits::has_non_member_versioned_serialize<T, Archive>::value ||
                cereal::traits::has_member_versioned_load<T, Archive>::value ||
                cereal::traits::has_non_member_versioned_load<T, Archive>::value ||
                cereal::traits::has_member_versioned_load_minimal<T, Archive>::value ||
                cereal::traits::has_non_member_versioned_load_minimal<T, Archive>::value) {
    archive.expect(&state::class_version<T>);
  } else {
    archive.expect(nullptr);
  }
}

template <class T>
void prologue(ObjectInputArchive&, const cereal::NameValuePair<T>&) {}

template <class T>
void prologue(ObjectInputArchive& archive,
              const cereal::memory_detail::PtrWrapper<std::shared_ptr<T>&>&) {
  archive.expect(nullptr);
  archive.shared().expect(typeid(std::remove_cv_t<T>));
}

template <class T>
void prologue(ObjectOutputArchive& archive,
              const cereal::memory_detail::PtrWrapper<const std::shared_ptr<T>&>&) {
  archive.shared().expect(typeid(std::remove_cv_t<T>));
}

template <class T>
void prologue(ObjectInputArchive& archive, const cereal::base_class<T>& base) {
  prologue(archive, *base.base_ptr);
}

template <class T>
void prologue(ObjectInputArchive& archive, const cereal::virtual_base_class<T>& base) {
  prologue(archive, *base.base_ptr);
}

namespace state {

template <ObjectState T>
class ObjectSection final : public Section {
 public:
  ObjectSection(std::string_view name, T& object) : name_(name), object_(object) {}

  [[nodiscard]] SectionType type() const override {
    return {.kind = SectionKind::object, .class_version = class_version<T>()};
  }

  void save(Sink& sink) const override {
    try {
      ObjectOutputArchive archive(name_, sink);
      archive(std::as_const(object_));
      archive.writer().finish();
    } catch (...) {
      rethrow_from_save(name_);
    }
  }

  void load(Source& source, const SectionType& saved) override {
    fresh_.reset();
    check_object(name_, type(), saved);
    try {
      auto fresh = std::make_unique<T>();
      ObjectInputArchive archive(name_, source);
      archive(*fresh);
      archive.reader().finish();
      fresh_ = std::move(fresh);
    } catch (...) {
      rethrow_from_load(name_);
    }
  }

  void accept() noexcept override {
    if (fresh_) object_ = std::move(*fresh_);
    fresh_.reset();
  }

  void discard() noexcept override { fresh_.reset(); }

 private:
  std::string name_;
  T& object_;
  std::unique_ptr<T> fresh_;
};

}  // namespace state

template <ObjectState T>
void State::object(std::string_view name, T& object, Presence presence) {
  section(name, std::make_unique<state::ObjectSection<T>>(name, object), presence);
}

}  // namespace tidemark

CEREAL_REGISTER_ARCHIVE(tidemark::ObjectOutputArchive)
CEREAL_REGISTER_ARCHIVE(tidemark::ObjectInputArchive)
CEREAL_SETUP_ARCHIVE_TRAITS(tidemark::ObjectInputArchive, tidemark::ObjectOutputArchive)
