#pragma once

#include <tidemark/counter.h>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::counter {

/// Holds the marks in memory, as long as the object lives: for tests.
class MemoryCounter final : public Counter {
 public:
  [[nodiscard]] std::optional<CounterReading> read(std::string_view name) override;
  [[nodiscard]] std::optional<Conflict> advance(std::string_view name,
                                                const std::optional<Mark>& from,
                                                const Mark& to) override;
  [[nodiscard]] std::string uri() const override { return "memory:"; }

 private:
  std::mutex mutex_;
  std::map<std::string, CounterReading, std::less<>> readings_;
};

}  // namespace tidemark::counter
