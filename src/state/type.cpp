#include "state/type.h"

#include <tidemark/error.h>

namespace tidemark::state {
namespace {

std::string_view describe(ElementKind kind) {
  switch (kind) {
    case ElementKind::boolean:
      return "booleans";
    case ElementKind::signed_integer:
      return "signed integers";
    case ElementKind::unsigned_integer:
      return "unsigned integers";
    case ElementKind::floating:
      return "floating-point numbers";
    case ElementKind::none:
    case ElementKind::other:
      break;
  }
  return "elements";
}

std::string quoted(std::string_view section) { return "section \"" + std::string(section) + "\""; }

}  // namespace

std::string describe(const SectionType& type) {
  switch (type.kind) {
    case SectionKind::object:
      return "an object";
    case SectionKind::array:
      break;
    case SectionKind::memory:
      return "raw memory";
  }
  return "an array of " + std::to_string(type.element_size) + "-byte " +
         std::string(describe(type.element));
}

void check_kind(std::string_view section, const SectionType& expected, const SectionType& saved) {
  if (saved.kind == expected.kind && saved.element == expected.element &&
      saved.element_size == expected.element_size) {
    return;
  }
  throw_misfit(section,
               "was saved as " + describe(saved) + ", this program has " + describe(expected));
}

void throw_misfit(std::string_view section, std::string_view what) {
  throw Error(Code::unsupported, quoted(section) + " " + std::string(what),
              "restore it with the program that wrote it");
}

void throw_out_of_memory(std::string_view section) {
  throw Error(Code::failed, "not enough memory for " + quoted(section),
              "free memory, or run where there is more of it");
}

}  // namespace tidemark::state
