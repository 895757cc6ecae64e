#pragma once

#include <tidemark/session.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/background.h"
#include "session/ask.h"
#include "session/chain.h"
#include "session/history.h"
#include "session/live_file.h"
#include "session/place.h"
#include "session/saving.h"
#include "session/sections.h"

namespace tidemark::session {

/// A generation on its way: written and durable, the counter about to be asked.
struct Proposed {
  Mark mark{};
  SharedFile file{};
  std::vector<std::filesystem::path> superseded{};  ///< see superseded()
  History history{};                                ///< of the file, once it is committed
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
  std::uint64_t most_captured = 0;
  std::uint32_t keep = 0;
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
  History history{};  ///< of the file
  std::vector<std::filesystem::path> litter{};  ///< files that nobody needs once the mark is safe
};

/// Where the next generation goes.
struct Target {
  SharedFile file{};
  bool fresh = false;  ///< made for it: nothing that is needed is in there
  History history{};   ///< of the file as it is
};

/// A generation that is durable.
struct Written {
  Proposed proposed{};
  container::FoundGeneration generation{};
};

/// A checkpoint that is sealed in memory, and on its way.
struct Captured {
  Captured(Chain& chain, state::Registry& registry, Executor& executor)
      : increment(chain.plan(registry, executor)) {}

  Increment increment;
  container::FileHead head{};
  std::optional<Target> target{};  ///< once it is known what it follows
  std::unique_ptr<container::GenerationWriter> writer{};
  std::shared_ptr<SavingStatus> status{};
  std::optional<container::FoundGeneration> durable{};
};

/// A live session: writes checkpoints and moves the counter, until it is fenced.
class Live {
 public:
  /// Takes a tenure whose mark the counter has just confirmed. `shown` is what the application sees
  /// as loaded or saved. Throws Error (`failed`) where the mark used a state up, and the note of it
  /// cannot be made durable.
  Live(Tenure tenure, Generation shown);

  /// Waits for a checkpoint in the background. Leaves the state alone.
  ~Live();
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  Generation checkpoint(Save save);
  void confirm();

  /// Captures the state; the rest goes on in the background. All functions but those below wait
  /// for its end.
  [[nodiscard]] std::shared_ptr<SavingStatus> checkpoint_async();
  [[nodiscard]] bool is_saving() const;

  [[nodiscard]] Generation generation() const noexcept { return {shown_.load()}; }
  [[nodiscard]] bool restored() const noexcept { return tenure_.restored; }
  [[nodiscard]] const std::string& name() const noexcept { return tenure_.name; }

 private:
  [[nodiscard]] Proposed write();

  void capture();
  void choose_target();
  void write_captured(io::WriteBehind::Where where);
  void complete() noexcept;
  void collect();

  void settle(Save save);
  void make_whole_unless_it_follows(Increment& increment) const;
  [[nodiscard]] Target target_for(const Increment& increment);
  [[nodiscard]] Written write_durably_to(const Target& target,
                                         const std::function<container::FoundGeneration()>& write);
  void discard(const Target& target);
  [[nodiscard]] bool commit(const Proposed& proposed);
  [[nodiscard]] Pen pen() {
    return {tenure_.environment, *tenure_.key, tenure_.progress, &spare_buffers_};
  }
  [[nodiscard]] std::uint64_t next_value() const;
  [[nodiscard]] container::Proposal next_proposal(const Increment& increment);

  void adopt(const Proposed& proposed);
  void adopt_own_or_fence(const std::optional<CounterReading>& found);
  [[nodiscard]] bool was_moved(const CounterReading& found) const;
  void publish();
  void tidy();
  [[nodiscard]] SharedFile write_note();
  [[nodiscard]] Error unconfirmed(const Mark& mark, const std::string& why) const;

  Tenure tenure_;
  std::atomic<std::uint64_t> shown_;
  std::vector<Proposed> open_{};  ///< children of the mark whose outcome is not known, oldest first
  std::optional<Error> ended_{};  ///< why this session must stop
  std::vector<Buffer> spare_buffers_{};  ///< of earlier saves
  std::unique_ptr<Captured> captured_{};
  Background closing_{};
  Background background_{};
};

}  // namespace tidemark::session
