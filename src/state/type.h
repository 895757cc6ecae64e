#pragma once

#include <tidemark/state.h>

#include <string>
#include <string_view>

namespace tidemark::state {

/// For messages, for example "an array of 8-byte floating-point numbers".
[[nodiscard]] std::string describe(const SectionType& type);

/// Throws Error (`unsupported`) unless both types are alike in kind and elements.
void check_kind(std::string_view section, const SectionType& expected, const SectionType& saved);

/// Throws Error (`unsupported`): `section` followed by `what`.
[[noreturn]] void throw_misfit(std::string_view section, std::string_view what);

}  // namespace tidemark::state
