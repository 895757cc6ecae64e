#pragma once

#include <tidemark/counter.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace tidemark::session {

/// A counter in memory that does with each request what a test tells it to.
class ScriptedCounter final : public Counter {
 public:
  /// What becomes of an advance.
  enum class Fate {
    applied,      ///< as it should be
    lost,         ///< it never arrives; the caller hears nothing
    answer_lost,  ///< it is applied; the caller hears nothing
    late,         ///< the caller hears nothing; deliver() applies it later, if it still fits
  };

  [[nodiscard]] std::optional<CounterReading> read(std::string_view name) override;
  [[nodiscard]] std::optional<Conflict> advance(std::string_view name,
                                                const std::optional<Mark>& from,
                                                const Mark& to) override;
  [[nodiscard]] std::string uri() const override { return "scripted:"; }

  /// The fates of the next advances; those after them are applied.
  void script(std::deque<Fate> fates) { fates_ = std::move(fates); }

  /// Whether reads are answered. Advances follow their script.
  void answer_reads(bool answer) { answers_reads_ = answer; }

  /// Applies the late requests, oldest first, each if it still fits. Says how many did.
  int deliver();

  [[nodiscard]] std::optional<CounterReading> peek(std::string_view name) const;
  void put(std::string_view name, const CounterReading& reading);
  void forget(std::string_view name) { lineages_.erase(std::string(name)); }

  [[nodiscard]] int advances() const noexcept { return advances_; }

 private:
  struct Request {
    std::string name;
    std::optional<Mark> from;
    Mark to;
  };

  [[nodiscard]] std::optional<Conflict> apply(const Request& request);

  std::map<std::string, CounterReading> lineages_;
  std::deque<Fate> fates_;
  std::vector<Request> late_;
  bool answers_reads_ = true;
  int advances_ = 0;
};

}  // namespace tidemark::session
