#pragma once

#include <filesystem>

#include "peers.h"

namespace bench {

/// What people write who have no library for it: cereal into a string, AES-256-GCM over it in one
/// call of OpenSSL, a file, a sync.
void save_by_hand(const std::filesystem::path& path, const Numbers& numbers);

}  // namespace bench
