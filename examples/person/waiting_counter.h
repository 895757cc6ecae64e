#pragma once

#include <tidemark/counter.h>

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "beat.h"
#include "messages.h"

/// Passes everything on to another counter, and says so where that keeps its caller waiting: with
/// its server away a start or a save takes seconds until it fails. Once, until the counter answers
/// again.
class WaitingCounter final : public tidemark::Counter {
 public:
  /// `messages` outlives it.
  WaitingCounter(std::shared_ptr<tidemark::Counter> counter, Messages& messages);

  [[nodiscard]] std::optional<tidemark::CounterReading> read(std::string_view name) override;
  [[nodiscard]] std::optional<tidemark::Conflict> advance(std::string_view name,
                                                          const std::optional<tidemark::Mark>& from,
                                                          const tidemark::Mark& to) override;
  [[nodiscard]] tidemark::Mark next(const tidemark::Mark& from,
                                    const tidemark::Root& root) const override;
  [[nodiscard]] bool needs_secret() const noexcept override { return counter_->needs_secret(); }
  [[nodiscard]] tidemark::Digest identity() override;
  [[nodiscard]] std::shared_ptr<tidemark::Counter> unlock(
      std::string_view name, std::span<const std::byte, 32> secret,
      const tidemark::Digest& identity) override;
  [[nodiscard]] std::string uri() const override { return counter_->uri(); }
  [[nodiscard]] std::vector<std::string> warnings() override;

 private:
  template <class Call>
  auto watched(Call call);
  void begin();
  void end(bool answered);
  void watch(const std::stop_token& stop);
  [[nodiscard]] bool is_time_to_say();

  std::shared_ptr<tidemark::Counter> counter_;
  Messages& messages_;
  std::mutex mutex_;                                    // guards what follows
  std::optional<Beat::Clock::time_point> waits_since_;  // of several callers the latest
  bool said_ = false;
  std::jthread watcher_;
};
