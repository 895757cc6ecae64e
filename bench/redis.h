#pragma once

#include <filesystem>

#include "report.h"

namespace bench {

/// A small protected checkpoint with a Redis server as its counter, beside what the server and the
/// disk ask for at least: a SET of as many bytes as a mark has, with the same settings, and an
/// append of the same bytes with its sync. Works in `folder`; says so where there is no
/// redis-server.
void small_checkpoint_with_redis(const std::filesystem::path& folder, Report& report);

}  // namespace bench
