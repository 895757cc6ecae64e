#pragma once

#include <filesystem>

#include "extent.h"
#include "machine.h"
#include "report.h"

namespace bench {

[[nodiscard]] Need need_of_changes(const Extent& extent);

/// Checkpoints of an array of which everything, a part or nothing changed, beside a full save that
/// remembers nothing and beside the pass over memory that finds the changes. With the fast path and
/// with OpenSSL. Works in `folder`.
void changes(const std::filesystem::path& folder, const Extent& extent, Report& report);

}  // namespace bench
