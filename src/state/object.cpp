#include <tidemark/error.h>
#include <tidemark/object_stream.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>

#include "state/type.h"

namespace tidemark::state {
namespace {

constexpr std::size_t buffer_size = std::size_t{64} << 10;
constexpr std::string_view misfit = "does not fit this program's class";

[[noreturn]] void throw_newer(std::string_view section, std::uint32_t saved, std::uint32_t known) {
  throw Error(Code::unsupported,
              "section \"" + std::string(section) + "\" was written by version " +
                  std::to_string(saved) + " of its class, this program knows version " +
                  std::to_string(known),
              "restore it with the newer program");
}

}  // namespace

ObjectWriter::ObjectWriter(std::string_view section, Sink& sink) : section_(section), sink_(sink) {
  buffer_.reserve(buffer_size);
}

void ObjectWriter::write(std::span<const std::byte> bytes) {
  written_ += bytes.size();
  while (!bytes.empty()) {
    if (buffer_.size() == buffer_size) flush();
    const auto part = bytes.first(std::min(bytes.size(), buffer_size - buffer_.size()));
    buffer_.insert(buffer_.end(), part.begin(), part.end());
    bytes = bytes.subspan(part.size());
  }
}

void ObjectWriter::count_elements(std::uint64_t number) noexcept { elements_ += number; }

void ObjectWriter::flush() {
  sink_.write(buffer_);
  buffer_.clear();
}

void ObjectWriter::finish() {
  if (elements_ > written_ + spare_elements) {
    throw Error(Code::usage,
                "section \"" + section_ + "\" has " + std::to_string(elements_) +
                    " elements in its containers, but only " + std::to_string(written_) + " bytes",
                "do not save containers of elements that save nothing; save their number instead");
  }
  flush();
}

ObjectReader::ObjectReader(std::string_view section, Source& source)
    : section_(section),
      source_(source),
      buffer_(static_cast<std::size_t>(std::min<std::uint64_t>(buffer_size, source.remaining()))),
      elements_left_(source.remaining() + ObjectWriter::spare_elements) {}

void ObjectReader::read(std::span<std::byte> into) {
  if (into.size() > ahead_.size()) {
    if (into.size() - ahead_.size() > source_.remaining()) refuse();
    std::ranges::copy(ahead_, into.begin());
    into = into.subspan(ahead_.size());
    ahead_ = {};
    if (into.size() >= buffer_.size()) {  // large ones go straight to their place
      source_.read(into);
      return;
    }
    const auto ahead = std::span(buffer_).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), source_.remaining())));
    source_.read(ahead);
    ahead_ = ahead;
  }
  std::ranges::copy(ahead_.first(into.size()), into.begin());
  ahead_ = ahead_.subspan(into.size());
}

void ObjectReader::read_booleans(std::span<std::byte> into) {
  read(into);
  if (std::ranges::any_of(into, [](std::byte value) { return value > std::byte{1}; })) refuse();
}

void ObjectReader::count_elements(std::uint64_t number) {
  if (number > elements_left_) refuse();
  elements_left_ -= number;
}

void ObjectReader::check_version(std::uint32_t saved, std::uint32_t known) const {
  if (saved > known) throw_newer(section_, saved, known);
}

void ObjectReader::finish() const {
  if (!ahead_.empty() || source_.remaining() > 0) refuse();
}

void ObjectReader::refuse() const { throw_misfit(section_, misfit); }

bool SharedTypes::agree(std::uint64_t object) {
  return types_.try_emplace(object, expected_).first->second == expected_;
}

void throw_two_types(std::string_view section) {
  throw Error(Code::usage,
              "section \"" + std::string(section) +
                  "\" has shared pointers of different types to the same address",
              "let all shared pointers to an object have the same type");
}

void check_object(std::string_view section, const SectionType& expected, const SectionType& saved) {
  check_kind(section, expected, saved);
  if (saved.class_version > expected.class_version) {
    throw_newer(section, saved.class_version, expected.class_version);
  }
}

// The words of what is nested stay out of the message: they may hold a piece of the state.
void rethrow_from_save(std::string_view section) {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw_out_of_memory(section);
  } catch (const std::exception&) {
    std::throw_with_nested(Error(
        Code::failed, "section \"" + std::string(section) + "\" cannot be saved by its class",
        "register polymorphic classes after including <tidemark/cereal.h>; what was thrown is "
        "nested in this exception"));
  }
}

void rethrow_from_load(std::string_view section) {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw_out_of_memory(section);
  } catch (const std::exception&) {
    std::throw_with_nested(Error(Code::unsupported,
                                 "section \"" + std::string(section) + "\" " + std::string(misfit),
                                 "restore it with the program that wrote it"));
  }
}

}  // namespace tidemark::state
