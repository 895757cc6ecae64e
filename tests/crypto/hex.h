#pragma once

#include <string_view>

#include "base/bytes.h"

namespace tidemark {

/// Bytes as they stand in a published test vector.
inline Buffer hex(std::string_view digits) { return from_hex(digits).value(); }

}  // namespace tidemark
