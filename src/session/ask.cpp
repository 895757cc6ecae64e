#include "session/ask.h"

namespace tidemark::session {
namespace {

constexpr int most_attempts = 3;

std::optional<Mark> mark_of(const std::optional<CounterReading>& reading) {
  if (!reading) return std::nullopt;
  return reading->mark;
}

std::string words(const Error& error) {
  if (error.code() != Code::counter_unavailable) throw error;
  return error.what();
}

}  // namespace

Answer ask(Counter& counter, const std::string& name, const std::optional<Mark>& from,
           const Mark& to) {
  std::string why = "the counter did not take it";
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    std::optional<CounterReading> found;
    try {
      const auto conflict = counter.advance(name, from, to);
      if (!conflict) return {Answer::Outcome::committed};
      found = conflict->found;
    } catch (const Error& error) {
      why = words(error);
      try {
        found = counter.read(name);
      } catch (const Error& unread) {
        return {Answer::Outcome::unknown, std::nullopt, words(unread)};
      }
    }
    if (mark_of(found) == to) return {Answer::Outcome::committed};
    if (mark_of(found) != from) return {Answer::Outcome::conflict, found};
  }
  return {Answer::Outcome::unknown, std::nullopt, why};
}

}  // namespace tidemark::session
