#pragma once

#include <tidemark/generation.h>
#include <tidemark/progress.h>

#include <chrono>
#include <memory>

namespace tidemark {

/// How far a checkpoint in the background has come. Only what is committed is saved.
enum class SaveStage {
  captured,   ///< in memory; the program may change its state again
  written,    ///< the file system has all of it
  durable,    ///< it survives a power cut; the counter is being asked
  committed,  ///< it is what a restore comes back with
};

namespace session {
class SavingStatus;
}

/// A checkpoint that goes on in the background: see Session::checkpoint_async. Copies are the same
/// checkpoint. It may outlive its session, and be asked by any thread at any time.
class Saving {
 public:
  explicit Saving(std::shared_ptr<session::SavingStatus> status);

  /// How far it came; where it stays if the checkpoint fails.
  [[nodiscard]] SaveStage stage() const;

  /// How many of its bytes were written, encrypted, out of how many.
  [[nodiscard]] Progress progress() const;

  /// Whether it is over, well or not: then `wait` returns at once.
  [[nodiscard]] bool done() const;

  /// Waits until the checkpoint is committed. Throws Error as Session::checkpoint does if it
  /// failed; every time.
  Generation wait() const;  // NOLINT(modernize-use-nodiscard): the wait may be all that matters

  /// Waits until it is over, but no longer than `longest`. Says whether it is.
  [[nodiscard]] bool wait_for(std::chrono::milliseconds longest) const;

 private:
  std::shared_ptr<session::SavingStatus> status_;
};

}  // namespace tidemark
