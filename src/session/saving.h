#pragma once

#include <tidemark/saving.h>

#include <condition_variable>
#include <exception>
#include <mutex>

namespace tidemark::session {

/// What the handles of a checkpoint in the background share with the one that writes it.
class SavingStatus {
 public:
  explicit SavingStatus(std::uint64_t size) : size_(size) {}

  void written(std::uint64_t bytes);
  void reached(SaveStage stage);
  void committed(Generation generation);
  void failed(std::exception_ptr failure);

  [[nodiscard]] SaveStage stage() const;
  [[nodiscard]] Progress progress() const;
  [[nodiscard]] bool done() const;
  [[nodiscard]] bool wait_for(std::chrono::milliseconds longest) const;
  [[nodiscard]] Generation wait() const;

 private:
  [[nodiscard]] bool over() const { return stage_ == SaveStage::committed || failure_; }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  const std::uint64_t size_;
  std::uint64_t written_ = 0;
  SaveStage stage_ = SaveStage::captured;
  Generation generation_{};
  std::exception_ptr failure_;
};

}  // namespace tidemark::session
