#pragma once

#include <memory>
#include <optional>

#include "crypto/fingerprint.h"
#include "session/increment.h"
#include "session/live_file.h"
#include "state/registry.h"

namespace tidemark::session {

/// The generations that a session writes, each of which may leave to the one before what did not
/// change since.
class Chain {
 public:
  /// `longest`: how many may follow a whole one. With 0 nothing of the state is remembered.
  Chain(Random& random, std::uint32_t longest);
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;

  /// What the next generation is to hold. Reads all of the state once.
  [[nodiscard]] Increment plan(state::Registry& registry, Executor& executor);

  /// Whether it can go to the end of `target` and leave something to the last one: this session
  /// wrote that there, the chain is short enough, and so is the file, `usual` bytes or twice a
  /// whole generation beside what it began with.
  [[nodiscard]] bool may_go_on(const Increment& increment, const SharedFile& target,
                               std::uint64_t usual) const;

  /// What it leaves something to, if it does.
  [[nodiscard]] std::optional<container::FoundGeneration> base_of(const Increment& increment) const;

  /// `generation` is durable in `target`, with what the increment says.
  void wrote(const SharedFile& target, const container::FoundGeneration& generation,
             Increment& increment);

 private:
  crypto::Fingerprinter fingerprinter_;
  std::uint32_t longest_;

  /// The newest generation that holds anything, and that the entries of the registry know. Durable.
  struct Last {
    std::weak_ptr<LiveFile> file{};  ///< not kept open: giving its space back takes its time
    container::FoundGeneration generation{};
  };
  std::optional<Last> last_{};
  std::uint64_t whole_length_ = 0;  ///< of the generation that the chain began with
};

}  // namespace tidemark::session
