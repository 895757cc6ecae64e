#pragma once

#include <filesystem>

#include "extent.h"
#include "machine.h"
#include "report.h"

namespace bench {

[[nodiscard]] Need need_of_restore(const Extent& extent);

/// A restore of an array alone, from a warm cache and from a cold one, and of an array and a map of
/// short strings, beside a raw read, Boost.Serialization and cereal, and beside the floor: what
/// populating memory, reading and decrypting take without any of the library around them. Works in
/// `folder`.
void large_restore(const std::filesystem::path& folder, const Extent& extent, Report& report);

}  // namespace bench
