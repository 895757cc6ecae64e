#pragma once

#include <filesystem>

#include "report.h"

namespace bench {

/// Small saves with each kind of counter, beside the bare operation of its server and the sync of
/// the file. Servers are started in `folder`; one that is not installed is said to be skipped.
void counters(const std::filesystem::path& folder, int rounds, Report& report);

}  // namespace bench
