#pragma once

#include <tidemark/counter.h>

#include <map>
#include <memory>
#include <string>

namespace tidemark::simulation {

/// Which of the two counters of a run an instance names.
enum class Under {
  old,   ///< the one that the lineage began with
  both,  ///< it moves the lineage
  next,  ///< the one that it is moved to
};

/// Passes everything on.
class PassingCounter : public Counter {
 public:
  explicit PassingCounter(std::shared_ptr<Counter> counter) : counter_(std::move(counter)) {}

  [[nodiscard]] std::optional<CounterReading> read(std::string_view name) override {
    return counter_->read(name);
  }
  [[nodiscard]] std::optional<Conflict> advance(std::string_view name,
                                                const std::optional<Mark>& from,
                                                const Mark& to) override {
    return counter_->advance(name, from, to);
  }
  [[nodiscard]] Mark next(const Mark& from, const Root& root) const override {
    return counter_->next(from, root);
  }
  [[nodiscard]] std::string uri() const override { return counter_->uri(); }

 protected:
  [[nodiscard]] Counter& counter() { return *counter_; }

 private:
  std::shared_ptr<Counter> counter_;
};

/// As if a move were taken up before it is committed on the counter that is left: nobody asks that.
class UnaskedCounter final : public PassingCounter {
 public:
  using PassingCounter::PassingCounter;
  [[nodiscard]] std::optional<Conflict> advance(std::string_view /*name*/,
                                                const std::optional<Mark>& /*from*/,
                                                const Mark& /*to*/) override {
    return std::nullopt;
  }
};

/// The moves that were asked for, and what each of them succeeds.
using Moves = std::map<Mark, Mark>;

/// Remembers the moves.
class RememberingCounter final : public PassingCounter {
 public:
  RememberingCounter(std::shared_ptr<Counter> counter, std::shared_ptr<Moves> moves)
      : PassingCounter(std::move(counter)), moves_(std::move(moves)) {}
  [[nodiscard]] std::optional<Conflict> advance(std::string_view name,
                                                const std::optional<Mark>& from,
                                                const Mark& to) override {
    if (from) moves_->emplace(to, *from);
    return PassingCounter::advance(name, from, to);
  }

 private:
  std::shared_ptr<Moves> moves_;
};

/// As if who uses the counter that was left went on there above the move.
class UnmovedCounter final : public PassingCounter {
 public:
  UnmovedCounter(std::shared_ptr<Counter> counter, std::shared_ptr<Moves> moves)
      : PassingCounter(std::move(counter)), moves_(std::move(moves)) {}

  [[nodiscard]] std::optional<CounterReading> read(std::string_view name) override {
    auto found = PassingCounter::read(name);
    if (!found) return found;
    if (const auto move = moves_->find(found->mark); move != moves_->end()) {
      found->mark = move->second;
    }
    return found;
  }
  [[nodiscard]] std::optional<Conflict> advance(std::string_view name,
                                                const std::optional<Mark>& from,
                                                const Mark& to) override {
    const auto found = PassingCounter::read(name);
    if (found && from) {
      const auto move = moves_->find(found->mark);
      if (move != moves_->end() && move->second == *from) {
        return PassingCounter::advance(name, found->mark, to);
      }
    }
    return PassingCounter::advance(name, from, to);
  }

 private:
  std::shared_ptr<Moves> moves_;
};

}  // namespace tidemark::simulation
