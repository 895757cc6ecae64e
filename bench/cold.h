#pragma once

#include <filesystem>

namespace bench {

/// Makes what was written to `path` durable and the system forget it, so that it is read from the
/// disk again. Says whether it did forget: some file systems keep everything in memory. What a
/// virtual machine's host has in its own cache stays there.
[[nodiscard]] bool drop_from_cache(const std::filesystem::path& path);

}  // namespace bench
