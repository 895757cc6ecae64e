#pragma once

#include <filesystem>

#include "report.h"

namespace bench {

/// A small protected checkpoint beside the disk's floor: what it costs to append the same bytes and
/// sync them, twice, once for the file and once for the counter. Works in `folder`.
void small_checkpoint(const std::filesystem::path& folder, Report& report);

}  // namespace bench
