#include "session/chain.h"

#include <algorithm>

namespace tidemark::session {
namespace {

crypto::Fingerprinter make_fingerprinter(Random& random) {
  crypto::Secret32 key;
  random.fill(key.mutable_bytes());
  return crypto::Fingerprinter(key);
}

}  // namespace

Chain::Chain(Random& random, std::uint32_t longest)
    : fingerprinter_(make_fingerprinter(random)), longest_(longest) {}

Increment Chain::plan(state::Registry& registry, Executor& executor) {
  auto mode = Increment::Mode::untracked;
  if (longest_ > 0) {
    const bool known = last_ && registry.writer() == this;
    mode = known ? Increment::Mode::changes : Increment::Mode::whole;
  }
  registry.set_writer(this);
  return {registry, fingerprinter_, executor, mode};
}

bool Chain::may_go_on(const Increment& increment, const SharedFile& target,
                      std::uint64_t usual) const {
  return increment.inherits() && last_->file.lock() == target &&
         last_->generation.header.chain < longest_ &&
         target->end - target->carried + increment.memory_size() <=
             std::max(usual, 2 * whole_length_);
}

std::optional<container::FoundGeneration> Chain::base_of(const Increment& increment) const {
  if (!increment.inherits()) return std::nullopt;
  return last_->generation;
}

void Chain::wrote(const SharedFile& target, const container::FoundGeneration& generation,
                  Increment& increment) {
  increment.keep();
  if (!generation.header.base) whole_length_ = generation.header.length;
  if (!increment.empty()) last_ = {target, generation};
}

}  // namespace tidemark::session
