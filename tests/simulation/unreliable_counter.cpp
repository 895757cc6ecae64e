#include "tests/simulation/unreliable_counter.h"

#include <tidemark/error.h>

namespace tidemark::simulation {

std::optional<CounterReading> UnreliableCounter::read(std::string_view name) {
  pass_time();
  if (cut_off() || (!reliable_ && scheduler_.one_in(12))) no_answer();
  const auto found = held(std::string(name));
  pass_time();
  return found;
}

std::optional<Conflict> UnreliableCounter::advance(std::string_view name,
                                                   const std::optional<Mark>& from,
                                                   const Mark& to) {
  const Request request{std::string(name), from, to};
  pass_time();
  if (cut_off() || (!reliable_ && scheduler_.one_in(4))) {
    if (scheduler_.one_in(2)) late_.push_back(request);
    if (scheduler_.one_in(2)) (void)apply(request);
    pass_time();
    no_answer();
  }
  const auto conflict = apply(request);
  if (!reliable_ && scheduler_.one_in(8)) late_.push_back(request);  // it arrives twice
  pass_time();
  return conflict;
}

Mark UnreliableCounter::next(const Mark& from, const Root& root) const {
  if (fault_ == CounterFault::without_digests) return {from.value + 1, {}};
  return Counter::next(from, root);
}

void UnreliableCounter::heal() {
  while (!late_.empty()) deliver_one();
  reliable_ = true;
}

void UnreliableCounter::lose_values() {
  for (auto& [name, readings] : history_) {
    readings.resize(1 + scheduler_.below(readings.size()));
  }
}

void UnreliableCounter::pass_time() {
  scheduler_.give_way();
  if (!late_.empty() && scheduler_.one_in(4)) deliver_one();
}

bool UnreliableCounter::cut_off() {
  if (reliable_) return false;
  if (outage_ > 0) {
    --outage_;
    return true;
  }
  if (scheduler_.one_in(30)) outage_ = 1 + scheduler_.below(12);
  return false;
}

void UnreliableCounter::no_answer() {
  throw Error(Code::counter_unavailable, "simulated: does not answer", "wait");
}

std::optional<CounterReading> UnreliableCounter::held(const std::string& name) const {
  const auto found = history_.find(name);
  if (found == history_.end()) return std::nullopt;
  return found->second.back();
}

std::optional<Conflict> UnreliableCounter::apply(const Request& request) {
  const auto present = held(request.name);
  if (!present) {
    if (request.from) return Conflict{};
    history_[request.name].push_back({request.to, request.to});
    return std::nullopt;
  }
  const bool fits =
      fault_ == CounterFault::blind ? request.from.has_value() : request.from == present->mark;
  if (!fits) return Conflict{present};
  history_[request.name].push_back({present->birth, request.to});
  return std::nullopt;
}

void UnreliableCounter::deliver_one() {
  const std::size_t which = scheduler_.below(late_.size());
  const Request request = late_[which];
  if (!scheduler_.one_in(5)) {  // else it comes once more
    late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(which));
  }
  (void)apply(request);
}

}  // namespace tidemark::simulation
