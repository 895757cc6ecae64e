#pragma once

#include <tidemark/counter.h>

#include <memory>

#include "base/uri.h"

namespace tidemark::counter {

/// The counter that a `tpm:` URI names. Throws Error (`usage`) for a wrong one, and for any where
/// the library was built without it.
[[nodiscard]] std::shared_ptr<Counter> open_tpm_counter(const Uri& uri);

}  // namespace tidemark::counter
