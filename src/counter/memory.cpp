#include "counter/memory.h"

#include "counter/name.h"

namespace tidemark::counter {

std::optional<CounterReading> MemoryCounter::read(std::string_view name) {
  check_name(name);
  const std::scoped_lock lock(mutex_);
  const auto found = readings_.find(name);
  if (found == readings_.end()) return std::nullopt;
  return found->second;
}

std::optional<Conflict> MemoryCounter::advance(std::string_view name,
                                               const std::optional<Mark>& from, const Mark& to) {
  check_name(name);
  const std::scoped_lock lock(mutex_);
  const auto found = readings_.find(name);
  if (found == readings_.end()) {
    if (from) return Conflict{};
    readings_.emplace(name, CounterReading{.birth = to, .mark = to});
    return std::nullopt;
  }
  if (from != found->second.mark) return Conflict{found->second};
  found->second.mark = to;
  return std::nullopt;
}

}  // namespace tidemark::counter
