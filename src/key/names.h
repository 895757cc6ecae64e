#pragma once

#include <string_view>

namespace tidemark::key {

/// Letters, digits and `_`, and no digit at the front: what an environment variable is called.
[[nodiscard]] bool is_variable_name(std::string_view name) noexcept;

/// At most 255 letters, digits, `_`, `-` and `.`, and no dot at the front: a name that stays in its
/// folder.
[[nodiscard]] bool is_plain_name(std::string_view name) noexcept;

}  // namespace tidemark::key
