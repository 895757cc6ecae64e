#pragma once

#include <tidemark/counter.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "counter/idle.h"
#include "counter/redis_connection.h"
#include "counter/redis_script.h"
#include "counter/redis_uri.h"

namespace tidemark::counter {

/// Keeps the marks in a Redis server: for each lineage a hash under `tidemark:` and its name, with
/// the fields `birth` and `mark`, each a value and a digest in hexadecimal. Every call is one
/// script, which the server runs as one step, so clients anywhere exclude each other.
///
/// It survives what the server is set up to survive: see `warnings`. What cannot have been carried
/// out is asked for again, after growing pauses. Once an `advance` was sent without an answer, only
/// the caller knows what to make of what a later `read` finds.
class RedisCounter final : public Counter {
 public:
  explicit RedisCounter(RedisAddress address) : address_(std::move(address)) {}

  [[nodiscard]] std::optional<CounterReading> read(std::string_view name) override;
  [[nodiscard]] std::optional<Conflict> advance(std::string_view name,
                                                const std::optional<Mark>& from,
                                                const Mark& to) override;
  [[nodiscard]] std::string uri() const override { return address_.shown(); }

  /// Whether the server's settings would lose in a crash what it acknowledged.
  [[nodiscard]] std::vector<std::string> warnings() override;

 private:
  [[nodiscard]] ScriptAnswer run_script(std::string_view name,
                                        const std::vector<std::string>& marks);
  [[nodiscard]] RedisConnection take_connection(Deadline deadline);
  static void require_durability(RedisConnection& connection, Deadline deadline);
  [[nodiscard]] static std::string find_flaws(RedisConnection& connection, Deadline deadline);

  const RedisAddress address_;
  Idle<RedisConnection> idle_;
};

}  // namespace tidemark::counter
