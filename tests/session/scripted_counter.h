#pragma once

#include <tidemark/counter.h>

#include <cstdint>
#include <deque>
#include <functional>
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

  /// Something that happens elsewhere, just before the next advance or read reaches the counter.
  void before_next_advance(std::function<void()> event) { before_advance_ = std::move(event); }
  void before_each_read(std::function<void(std::uint64_t)> event) {
    before_read_ = std::move(event);
  }
  void deliver_before_next_advance() {
    before_next_advance([this] { deliver(); });
  }

  /// Applies the late requests, oldest first, each if it still fits. Says how many did.
  int deliver();

  [[nodiscard]] std::optional<CounterReading> peek(std::string_view name) const;
  void put(std::string_view name, const CounterReading& reading);
  void forget(std::string_view name) { lineages_.erase(std::string(name)); }

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
  std::function<void()> before_advance_;
  std::function<void(std::uint64_t)> before_read_;
  std::uint64_t reads_ = 0;
  bool answers_reads_ = true;
};

}  // namespace tidemark::session
