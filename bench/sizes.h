#pragma once

#include <filesystem>

#include "extent.h"
#include "report.h"

namespace bench {

/// Full saves and restores of arrays of 1 MiB, 4 MiB and so on up to 4 GiB, and of 8 GiB: as far as
/// memory and disk allow, and says which are left out. Works in `folder`.
void sizes(const std::filesystem::path& folder, int rounds, Report& report);

}  // namespace bench
