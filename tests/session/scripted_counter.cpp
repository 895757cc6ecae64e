#include "tests/session/scripted_counter.h"

#include <tidemark/error.h>

#include <utility>

namespace tidemark::session {
namespace {

[[noreturn]] void no_answer() {
  throw Error(Code::counter_unavailable, "scripted: does not answer", "wait for the test");
}

}  // namespace

std::optional<CounterReading> ScriptedCounter::read(std::string_view name) {
  if (before_read_) before_read_(++reads_);
  if (!answers_reads_) no_answer();
  return peek(name);
}

std::optional<Conflict> ScriptedCounter::advance(std::string_view name,
                                                 const std::optional<Mark>& from, const Mark& to) {
  if (const auto event = std::exchange(before_advance_, nullptr)) event();
  Fate fate = Fate::applied;
  if (!fates_.empty()) {
    fate = fates_.front();
    fates_.pop_front();
  }
  const Request request{std::string(name), from, to};
  switch (fate) {
    case Fate::applied:
      return apply(request);
    case Fate::lost:
      no_answer();
    case Fate::answer_lost:
      (void)apply(request);
      no_answer();
    case Fate::late:
      late_.push_back(request);
      no_answer();
  }
  no_answer();
}

int ScriptedCounter::deliver() {
  int fitting = 0;
  for (const Request& request : late_) {
    if (!apply(request)) ++fitting;
  }
  late_.clear();
  return fitting;
}

std::optional<CounterReading> ScriptedCounter::peek(std::string_view name) const {
  const auto found = lineages_.find(std::string(name));
  if (found == lineages_.end()) return std::nullopt;
  return found->second;
}

void ScriptedCounter::put(std::string_view name, const CounterReading& reading) {
  lineages_.insert_or_assign(std::string(name), reading);
}

std::optional<Conflict> ScriptedCounter::apply(const Request& request) {
  const auto found = lineages_.find(request.name);
  if (found == lineages_.end()) {
    if (request.from) return Conflict{};
    lineages_.emplace(request.name, CounterReading{request.to, request.to});
    return std::nullopt;
  }
  if (request.from != found->second.mark) return Conflict{found->second};
  found->second.mark = request.to;
  return std::nullopt;
}

}  // namespace tidemark::session
