#pragma once

#include <tidemark/counter.h>

#include <optional>
#include <string>
#include <string_view>

namespace tidemark::counter {

/// A mark as servers hold it: its value, a space, its digest in hexadecimal. Nothing is "".
[[nodiscard]] std::string to_text(const std::optional<Mark>& mark);

/// Nothing unless `text` is exactly what to_text writes for a mark.
[[nodiscard]] std::optional<Mark> read_mark(std::string_view text);

}  // namespace tidemark::counter
