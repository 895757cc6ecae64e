#pragma once

#include <memory>

#include "key/source.h"

namespace tidemark::key {

/// An unlocker for a key of 32 raw bytes, wherever it came from. docs/format.md specifies its slot.
[[nodiscard]] std::unique_ptr<Unlocker> raw_unlocker(crypto::Secret32 key);

}  // namespace tidemark::key
