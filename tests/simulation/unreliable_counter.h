#pragma once

#include <tidemark/counter.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/scheduler.h"

namespace tidemark::simulation {

/// What is wrong with a counter that ought to be found out.
enum class CounterFault {
  none,
  without_digests,  ///< marks are values alone
  blind,            ///< it moves, whatever it holds
};

/// A counter behind a network that loses, delays, repeats and reorders requests and loses answers,
/// now and then all of them for a while.
class UnreliableCounter final : public Counter {
 public:
  UnreliableCounter(Scheduler& scheduler, CounterFault fault, bool reliable)
      : scheduler_(scheduler), fault_(fault), reliable_(reliable) {}

  [[nodiscard]] std::optional<CounterReading> read(std::string_view name) override;
  [[nodiscard]] std::optional<Conflict> advance(std::string_view name,
                                                const std::optional<Mark>& from,
                                                const Mark& to) override;
  [[nodiscard]] Mark next(const Mark& from, const Root& root) const override;
  [[nodiscard]] std::string uri() const override { return "simulated:"; }

  /// From now on everything arrives, what was late first.
  void heal();

  /// An accident: it is back at an earlier mark of its own.
  void lose_values();

 private:
  struct Request {
    std::string name;
    std::optional<Mark> from;
    Mark to;
  };

  void pass_time();
  [[nodiscard]] bool cut_off();
  [[noreturn]] static void no_answer();
  [[nodiscard]] std::optional<CounterReading> held(const std::string& name) const;
  [[nodiscard]] std::optional<Conflict> apply(const Request& request);
  void deliver_one();

  Scheduler& scheduler_;
  CounterFault fault_;
  bool reliable_;
  std::map<std::string, std::vector<CounterReading>> history_;
  std::vector<Request> late_;
  std::uint64_t outage_ = 0;  ///< how many more requests find nobody
};

}  // namespace tidemark::simulation
