#pragma once

#include <tidemark/counter.h>

#include <optional>
#include <string>
#include <string_view>

#include "counter/redis_wire.h"

namespace tidemark::counter {

/// Moves the key from a mark to another, or changes nothing and tells what it holds; all in one
/// step of the server. Its arguments: the mark from which (empty: the key must not exist) and the
/// one to which; none to read. Marks are compared as text, since the script's numbers lose what is
/// above 2^53.
///
/// It also writes where it only reads: a replica that takes no writes refuses, which could tell
/// what was true a while ago. PERSIST changes nothing, but for a life time that somebody gave the
/// key.
extern const std::string_view redis_script;

/// The key of a lineage.
[[nodiscard]] std::string redis_key(std::string_view name);

/// What the script answers.
struct ScriptAnswer {
  bool moved = false;
  std::optional<CounterReading> found{};  ///< what it holds, if it did not move
  bool operator==(const ScriptAnswer&) const = default;
};

/// Nothing where the key holds what no Tidemark put there.
[[nodiscard]] std::optional<ScriptAnswer> read_answer(const RedisReply& reply);

}  // namespace tidemark::counter
