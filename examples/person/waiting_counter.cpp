#include "waiting_counter.h"

#include <chrono>
#include <utility>

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 1000ms;

}  // namespace

WaitingCounter::WaitingCounter(std::shared_ptr<tidemark::Counter> counter, Messages& messages)
    : counter_(std::move(counter)),
      messages_(messages),
      watcher_([this](const std::stop_token& stop) { watch(stop); }) {}

/// In a thread of its own. It looks now and then, so that a call that is quick costs nothing more.
void WaitingCounter::watch(const std::stop_token& stop) {
  for (Beat look{patience / 4}; look.wait(stop);) {
    if (is_time_to_say()) messages_.warn("waiting for the counter " + uri());
  }
}

bool WaitingCounter::is_time_to_say() {
  const std::scoped_lock lock(mutex_);
  if (said_ || !waits_since_ || Beat::Clock::now() - *waits_since_ < patience) return false;
  return said_ = true;
}

void WaitingCounter::begin() {
  const std::scoped_lock lock(mutex_);
  waits_since_ = Beat::Clock::now();
}

void WaitingCounter::end(bool answered) {
  const std::scoped_lock lock(mutex_);
  waits_since_.reset();
  if (answered) said_ = false;
}

template <class Call>
auto WaitingCounter::watched(Call call) {
  begin();
  try {
    auto answer = call();
    end(true);
    return answer;
  } catch (...) {
    end(false);
    throw;
  }
}

std::optional<tidemark::CounterReading> WaitingCounter::read(std::string_view name) {
  return watched([&] { return counter_->read(name); });
}

std::optional<tidemark::Conflict> WaitingCounter::advance(std::string_view name,
                                                          const std::optional<tidemark::Mark>& from,
                                                          const tidemark::Mark& to) {
  return watched([&] { return counter_->advance(name, from, to); });
}

tidemark::Mark WaitingCounter::next(const tidemark::Mark& from, const tidemark::Root& root) const {
  return counter_->next(from, root);
}

tidemark::Digest WaitingCounter::identity() {
  return watched([&] { return counter_->identity(); });
}

std::shared_ptr<tidemark::Counter> WaitingCounter::unlock(std::string_view name,
                                                          std::span<const std::byte, 32> secret,
                                                          const tidemark::Digest& identity) {
  return std::make_shared<WaitingCounter>(counter_->unlock(name, secret, identity), messages_);
}

std::vector<std::string> WaitingCounter::warnings() {
  return watched([&] { return counter_->warnings(); });
}
