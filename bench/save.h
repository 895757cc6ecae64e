#pragma once

#include <filesystem>

#include "extent.h"
#include "machine.h"
#include "report.h"

namespace bench {

[[nodiscard]] Need need_of_save(const Extent& extent);

/// A full save of an array, encrypted, durable and committed, beside the same bytes written raw,
/// by Boost.Serialization and cereal, which only make them durable, and by hand. Works in `folder`.
void large_save(const std::filesystem::path& folder, const Extent& extent, Report& report);

}  // namespace bench
