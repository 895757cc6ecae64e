#pragma once

#include <string>
#include <string_view>

namespace tidemark {

/// `text` as one word for a shell, for commands in advice that are to be pasted: as it is where
/// that means itself, else in single quotes.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace tidemark
