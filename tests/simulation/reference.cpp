#include "tests/simulation/reference.h"

#include <algorithm>

namespace tidemark::simulation {

StateId Reference::step(StateId from) {
  parents_.push_back(from);
  return parents_.size() - 1;
}

void Reference::created(StateId state) {
  if (newest_ != 0) violate("a living lineage was started anew");
  seen(state, "created");
}

void Reference::acknowledged(StateId state) {
  in_use_ = false;
  seen(state, "acknowledged");
}

StateId Reference::restoring() {
  in_use_ = single_use_;  // also if it fails: its request may be applied later
  return newest_;
}

void Reference::restored(StateId state, StateId then) {
  if (state >= parents_.size()) return violate("a state that nobody was ever in was restored");
  if (!holds(state, then)) {
    violate("state " + std::to_string(state) + " was restored, although " + std::to_string(then) +
            " had been acknowledged or restored");
  }
  if (single_use_ && !loaded_.insert(state).second) {
    violate("state " + std::to_string(state) + " was loaded twice");
  }
  seen(state, "restored");
}

void Reference::not_restorable(const std::string& why) {
  if (newest_ != 0 && !in_use_) violate("an honest host cannot restore: " + why);
}

bool Reference::holds(StateId state, StateId older) const {
  while (state > older) state = parents_[state];
  return state == older;
}

/// All that is acknowledged or restored lies on one line: two instances that both go on from one
/// state would leave it.
void Reference::seen(StateId state, const std::string& what) {
  if (holds(state, newest_)) {
    newest_ = state;
  } else if (!holds(newest_, state)) {
    violate("state " + std::to_string(state) + " was " + what + " beside " +
            std::to_string(newest_));
  }
}

void Reference::violate(const std::string& what) {
  if (!violation_) violation_ = what;
}

}  // namespace tidemark::simulation
