#pragma once

#include <tidemark/session.h>

#include <string>
#include <vector>

#include "io/close_behind.h"
#include "session/ask.h"
#include "session/chain.h"
#include "session/live_file.h"
#include "session/place.h"
#include "session/sections.h"

namespace tidemark::session {

/// A generation on its way: written and durable, the counter about to be asked.
struct Proposed {
  Mark mark{};
  SharedFile file{};
  std::vector<std::filesystem::path> superseded{};  ///< see superseded()
};

/// What a session holds once the lineage is its own.
struct Tenure {
  Environment environment;
  Place place;
  Publication publication;
  std::unique_ptr<io::Lock> lock;  ///< none where the file system has none
  std::shared_ptr<Counter> counter;
  std::string name;
  state::Registry& registry;
  ProgressCallback progress;
  std::unique_ptr<Chain> chain;

  bool restored = false;
  Mark birth{};
  SharedKey key{};
  std::vector<Buffer> key_slots{};
  container::SessionId session{};
  Policy policy = Policy::hand_over;
  std::uint64_t next_proposal = 1;

  Mark mark{};        ///< what this session wrote last and the counter confirmed
  SharedFile file{};  ///< holds the mark's generation
  std::vector<std::filesystem::path> litter{};  ///< files that nobody needs once the mark is safe
};

/// A live session: writes checkpoints and moves the counter, until it is fenced.
class Live {
 public:
  /// Takes a tenure whose mark the counter has just confirmed. `shown` is what the application sees
  /// as loaded or saved. Throws Error (`failed`) where the mark used a state up, and the note of it
  /// cannot be made durable.
  Live(Tenure tenure, Generation shown);

  Generation checkpoint(Save save);
  void confirm();

  [[nodiscard]] Generation generation() const noexcept { return shown_; }
  [[nodiscard]] bool restored() const noexcept { return tenure_.restored; }
  [[nodiscard]] const std::string& name() const noexcept { return tenure_.name; }

 private:
  void settle(Save save);
  [[nodiscard]] Proposed write();
  [[nodiscard]] Proposed write_to(const SharedFile& target, Increment& increment);
  [[nodiscard]] container::Proposal next_proposal();
  void adopt(const Proposed& proposed);
  void adopt_own_or_fence(const std::optional<CounterReading>& found);
  void publish();
  void tidy();
  [[nodiscard]] SharedFile write_note();
  [[nodiscard]] Error unconfirmed(const Mark& mark, const std::string& why) const;

  Tenure tenure_;
  Generation shown_;
  std::vector<Proposed> open_{};  ///< children of the mark whose outcome is not known, oldest first
  std::optional<Error> ended_{};  ///< why this session must stop
  io::CloseBehind closing_{};
};

}  // namespace tidemark::session
