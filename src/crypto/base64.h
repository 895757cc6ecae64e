#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace tidemark::crypto {

/// Base64 (RFC 4648, section 4), with padding and without line ends. Not for secrets: it takes a
/// time that depends on them.
[[nodiscard]] std::string to_base64(Bytes bytes);

/// Nothing unless `text` is what to_base64 gives for some bytes.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace tidemark::crypto
