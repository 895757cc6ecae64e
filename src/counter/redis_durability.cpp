#include "counter/redis_durability.h"

namespace tidemark::counter {
namespace {

/// The value that keeps what was acknowledged; nothing if this one does.
std::optional<std::string_view> better(std::string_view setting, std::string_view value) {
  const auto unless = [value](std::string_view good) {
    return value == good ? std::nullopt : std::optional(good);
  };
  if (setting == "appendonly") return unless("yes");
  if (setting == "appendfsync") return unless("always");
  if (setting == "no-appendfsync-on-rewrite") return unless("no");
  // The other policies evict only keys with a life time, which a counter's never have.
  if (setting == "maxmemory-policy" && value.starts_with("allkeys-")) return "noeviction";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> redis_durability_flaw(std::string_view setting, std::string_view value) {
  const std::string found(value.substr(0, 64));
  if (setting == "replicaof" && !value.empty()) {
    return "it is a replica of " + found + " (name that one)";
  }
  const auto good = better(setting, value);
  if (!good) return std::nullopt;
  return std::string(setting) + " is " + (found.empty() ? "unknown" : found) + " (set it to " +
         std::string(*good) + ")";
}

}  // namespace tidemark::counter
