#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::counter {

/// The server's settings that decide what a crash costs, as CONFIG GET names them.
constexpr std::array<std::string_view, 5> redis_durability_settings{
    "appendonly", "appendfsync", "no-appendfsync-on-rewrite", "maxmemory-policy", "replicaof"};

/// What is wrong with the value of one of them ("" where the server does not know it) and how to
/// mend it; nothing if all is well.
[[nodiscard]] std::optional<std::string> redis_durability_flaw(std::string_view setting,
                                                               std::string_view value);

}  // namespace tidemark::counter
