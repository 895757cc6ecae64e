#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tidemark::simulation {

/// Deliberate mistakes, each of which a simulation must find.
enum class Mutation {
  none,
  without_digests,     ///< marks are values alone
  blind,               ///< the counter moves without comparing
  early,               ///< the counter is asked before the generation is durable
  same_random,         ///< every `used` mark is the same
  move_not_committed,  ///< a move is taken up under the new counter before the old one holds it
  move_not_noticed,    ///< who uses the old counter goes on above a move
};

[[nodiscard]] std::optional<Mutation> mutation_of(const std::string& name);

/// One run, which the seed decides wholly. Says what was wrong, if anything was.
[[nodiscard]] std::optional<std::string> run(std::uint64_t seed, Mutation mutation);

}  // namespace tidemark::simulation
