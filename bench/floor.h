#pragma once

#include <filesystem>

#include "measure.h"

/// What no library can go below.
namespace bench {

/// Memory that was given back to a host costs more to get again than memory that was not: takes
/// `bytes` and lets them go, so that whoever comes next finds them.
void touch_memory(std::size_t bytes);

/// Of a small page that was never touched before.
[[nodiscard]] Seconds page_fault();

/// Large pages, populated, read from `path` and decrypted, by all threads that a session would use.
/// What is decrypted is not what was encrypted: it costs the same.
void populate_read_decrypt(const std::filesystem::path& path, std::size_t bytes);

}  // namespace bench
