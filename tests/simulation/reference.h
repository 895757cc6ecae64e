#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tidemark::simulation {

/// One state of the application; every one ever reached has a number of its own. 0: none yet.
using StateId = std::uint64_t;

/// Sees everything that the instances are told, and judges it by the properties of
/// docs/protocol.md.
class Reference {
 public:
  explicit Reference(bool single_use) : single_use_(single_use) {}

  /// An instance went on from `from`.
  [[nodiscard]] StateId step(StateId from);

  /// A lineage began with this state, or an instance was told that it is saved.
  void created(StateId state);
  void acknowledged(StateId state);

  /// Whether anything was ever acknowledged.
  [[nodiscard]] bool began() const { return newest_ != 0; }

  /// A restore begins. Says what it must not fall behind.
  [[nodiscard]] StateId restoring();

  /// A restore that began when `then` was the newest came back with `state`.
  void restored(StateId state, StateId then);

  /// An honest host could not restore; `why` is what it was told.
  void not_restorable(const std::string& why);

  /// An instance was told something that cannot be.
  void surprised(const std::string& why) { violate(why); }

  [[nodiscard]] const std::optional<std::string>& violation() const { return violation_; }

 private:
  /// Whether `state` is `older` or came from it.
  [[nodiscard]] bool holds(StateId state, StateId older) const;
  void violate(const std::string& what);
  void seen(StateId state, const std::string& what);

  bool single_use_;
  bool in_use_ = false;  ///< the newest state may have been given out, and nothing was saved since
  std::vector<StateId> parents_{0};
  StateId newest_ = 0;  ///< that was acknowledged or restored
  std::set<StateId> loaded_;
  std::optional<std::string> violation_;
};

}  // namespace tidemark::simulation
