#pragma once

#include <string_view>

namespace tidemark::counter {

/// Throws Error (`usage`) unless `name` can be a lineage's: 1 to 4608 bytes, whatever they are.
void check_name(std::string_view name);

}  // namespace tidemark::counter
