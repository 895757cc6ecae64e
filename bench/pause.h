#pragma once

#include <filesystem>

#include "extent.h"
#include "machine.h"
#include "report.h"

namespace bench {

[[nodiscard]] Need need_of_pause(const Extent& extent);

/// How long a program waits for a checkpoint in the background, beside what encrypting the same
/// bytes takes; and how long it takes until it is committed. Works in `folder`.
void pause(const std::filesystem::path& folder, const Extent& extent, Report& report);

}  // namespace bench
