#include "session/saving.h"

#include <utility>

namespace tidemark {
namespace session {

void SavingStatus::written(std::uint64_t bytes) {
  const std::lock_guard guard(mutex_);
  written_ = bytes;
}

void SavingStatus::reached(SaveStage stage) {
  const std::lock_guard guard(mutex_);
  stage_ = stage;
  written_ = size_;
}

void SavingStatus::committed(Generation generation) {
  {
    const std::lock_guard guard(mutex_);
    generation_ = generation;
    stage_ = SaveStage::committed;
  }
  changed_.notify_all();
}

void SavingStatus::failed(std::exception_ptr failure) {
  {
    const std::lock_guard guard(mutex_);
    failure_ = std::move(failure);
  }
  changed_.notify_all();
}

SaveStage SavingStatus::stage() const {
  const std::lock_guard guard(mutex_);
  return stage_;
}

Progress SavingStatus::progress() const {
  const std::lock_guard guard(mutex_);
  return {written_, size_};
}

bool SavingStatus::done() const {
  const std::lock_guard guard(mutex_);
  return over();
}

bool SavingStatus::wait_for(std::chrono::milliseconds longest) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, longest, [this] { return over(); });
}

Generation SavingStatus::wait() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return over(); });
  if (failure_) std::rethrow_exception(failure_);
  return generation_;
}

}  // namespace session

Saving::Saving(std::shared_ptr<session::SavingStatus> status) : status_(std::move(status)) {}
SaveStage Saving::stage() const { return status_->stage(); }
Progress Saving::progress() const { return status_->progress(); }
bool Saving::done() const { return status_->done(); }
Generation Saving::wait() const { return status_->wait(); }
bool Saving::wait_for(std::chrono::milliseconds longest) const {
  return status_->wait_for(longest);
}

}  // namespace tidemark
