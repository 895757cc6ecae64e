#pragma once

#include <filesystem>

namespace bench {

/// Makes what was written to `path` durable and the system forget it, so that it is read from the
/// disk again. Throws if it does not forget: some file systems keep everything in memory. What a
/// virtual machine's host has in its own cache stays there.
void drop_from_cache(const std::filesystem::path& path);

}  // namespace bench
