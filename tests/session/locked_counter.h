#pragma once

#include <tidemark/error.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "tests/session/scripted_counter.h"

namespace tidemark::session {

/// A counter that needs a secret, in front of a scripted one, which keeps beside the mark what its
/// birth came with.
class LockedCounter final : public Counter {
 public:
  explicit LockedCounter(std::shared_ptr<ScriptedCounter> counter, std::optional<Mark> secret = {})
      : counter_(std::move(counter)), secret_(secret) {}

  [[nodiscard]] std::optional<CounterReading> read(std::string_view name) override {
    demand_secret(name);
    return counter_->read(name);
  }

  [[nodiscard]] std::optional<Conflict> advance(std::string_view name,
                                                const std::optional<Mark>& from,
                                                const Mark& to) override {
    demand_secret(name);
    if (!counter_->peek(name)) counter_->put(place_of_secret(name), {*secret_, *secret_});
    return counter_->advance(name, from, to);
  }

  [[nodiscard]] bool needs_secret() const noexcept override { return !secret_; }

  [[nodiscard]] Digest identity() override { return {{std::byte{3}}}; }

  [[nodiscard]] std::shared_ptr<Counter> unlock(std::string_view /*name*/,
                                                std::span<const std::byte, 32> secret,
                                                const Digest& identity) override {
    if (identity != this->identity()) {
      throw Error(Code::wrong_counter, "another identity", "look at the test");
    }
    Mark mark;
    std::ranges::copy(secret, mark.digest.bytes.begin());
    return std::make_shared<LockedCounter>(counter_, mark);
  }

  [[nodiscard]] std::string uri() const override { return "locked:"; }

 private:
  static std::string place_of_secret(std::string_view name) {
    return std::string(name) + "'s secret";
  }

  void demand_secret(std::string_view name) const {
    if (!secret_) throw Error(Code::usage, "locked: was not unlocked", "unlock it");
    if (counter_->peek(name) && counter_->peek(place_of_secret(name))->mark != *secret_) {
      throw Error(Code::wrong_counter, "locked: another secret", "look at the test");
    }
  }

  std::shared_ptr<ScriptedCounter> counter_;
  std::optional<Mark> secret_;
};

}  // namespace tidemark::session
