#pragma once

#include <tidemark/counter.h>
#include <tidemark/generation.h>
#include <tidemark/key.h>
#include <tidemark/policy.h>
#include <tidemark/progress.h>
#include <tidemark/saving.h>
#include <tidemark/state.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace tidemark {

/// How generations get into storage.
enum class Publishing {
  /// One file, generations one after the other: for ordinary file systems.
  append,

  /// A file of its own for each generation, never touched once written: for storage where a crash
  /// in the middle of an append can cost the whole file, as on Gramine's encrypted mounts. All but
  /// the first lie in the folder FILE.d.
  alternate,
};

/// What a session is opened with.
struct Options {
  /// The checkpoint file. Beside it the session keeps FILE.lock, and for moments also files named
  /// FILE.tidemark- and 16 hexadecimal digits; with `alternate`, and where the file system has no
  /// locks, the folder FILE.d instead.
  std::filesystem::path file{};

  /// Names the state over its whole life, for the counter. 1 to 4608 bytes; required to create. For
  /// a restore it may be empty: the name in the file is taken then. A file of another lineage is
  /// refused (`forked`).
  std::string lineage{};

  /// See open_counter. Required. May be shared between sessions.
  std::shared_ptr<Counter> counter{};

  /// For restore and open: the counter that the lineage is moved from, to `counter`. The state is
  /// loaded under the old one and taken over under the new one, which must know nothing of the name
  /// yet; from then on the old one is not needed any more, and refuses the lineage
  /// (`wrong_counter`). Whatever interrupts it, the same call again finishes it, and there is no
  /// moment at which both counters or none would do. Where the lineage has arrived already, this
  /// one is not even asked. The other programs that use the old counter are stopped before, or they
  /// are `fenced`.
  std::shared_ptr<Counter> moved_from{};

  /// See open_key. Required: a program that wants no key says so.
  Key key{};

  /// For create alone: give up a lineage of this name that lives already. Its state can never be
  /// restored again once this returns; until then nothing of it is lost.
  bool start_over = false;

  /// For a start alone; a restore takes the lineage's.
  Policy policy = Policy::hand_over;

  /// Unset: `alternate` where $TIDEMARK_ALTERNATE, a list of files and folders separated by colons,
  /// holds the file or a folder above it, or where the file was published so before; else `append`.
  std::optional<Publishing> publishing{};

  /// How many generations in a row may hold only what changed since the one before; the next one
  /// holds everything again, and so does the first one after a restore. 0 to 60. With 0 nothing is
  /// compared or remembered for it. Generations that are published whole hold everything too.
  std::uint32_t most_increments = 16;

  /// How many committed generations before the newest one stay in the file when it is written anew,
  /// byte for byte and with what they refer to, for an operator to look at: no restore takes them
  /// up. Those that cannot be read any more are left behind. 0 to 1000; with 0 older ones stay only
  /// until the file is written anew.
  std::uint32_t keep = 0;

  /// How many threads encrypt and decrypt, 1 to 64; 0: as many as the machine has cores, but no
  /// more than 4. A save of more than 4 MiB then also has one that writes, and one that gives the
  /// space of the checkpoint before back. They end with the session at the latest, and no signal
  /// that is sent to the process gets to them. 1: everything happens in the calling thread, but for
  /// what Session::checkpoint_async leaves for later.
  unsigned threads = 0;

  /// How many bytes of a checkpoint Session::checkpoint_async may hold in memory, encrypted, until
  /// they are written. Memory is taken as it is needed, and kept for the next time: while it is
  /// new, a capture takes several times as long. A checkpoint that is larger is written while the
  /// caller waits, and only made durable and committed in the background.
  std::uint64_t most_captured = std::uint64_t{1} << 30;

  /// Called now and then while much is written or read, in the calling thread.
  ProgressCallback progress{};
};

/// How much a checkpoint may write while an earlier one is still in doubt, because the counter did
/// not answer.
enum class Save {
  periodic,  ///< asks for the earlier one again first, and writes nothing while that stays in doubt
  last,      ///< writes the present state in any case: for a program that is about to stop
};

/// One running instance of an application that holds a lineage.
///
/// A generation is committed if and only if its mark is the counter's. What `checkpoint` reported
/// is what a restore comes back with, or something newer; old, foreign and edited files are
/// refused.
///
/// A session is used by one thread at a time. It holds FILE.lock until it is destroyed; the
/// destructor never saves and never throws, but waits for a checkpoint in the background. Once
/// another instance took the lineage over, every call throws `fenced`.
///
/// Every function below throws Error. A refusal changes nothing on disk, but an empty FILE.lock may
/// stay behind.
class Session {
 public:
  /// Starts a new lineage, with `state` as it is now for generation 1. Committed when it returns.
  /// Throws `exists` where a lineage of this name lives, also if its file is gone.
  [[nodiscard]] static Session create(Options options, State& state);

  /// Loads the newest state that may be loaded, all of it authenticated, into the registered
  /// objects, and takes the lineage over: whoever held it before is fenced, and what was loaded can
  /// never be loaded again. On failure the registered objects are as they were, but see
  /// State::memory.
  [[nodiscard]] static Session restore(Options options, State& state);

  /// `restore` if the lineage has a state to restore, else `create`. A lineage whose file is gone
  /// is refused (`no_checkpoint`), not started anew. With Options::moved_from it never starts one.
  [[nodiscard]] static Session open(Options options, State& state);

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  /// Saves the state. When it returns, the state is durable and committed. Throws
  ///   - `fenced`: another instance took over; this state can never be restored;
  ///   - `unconfirmed`: written and durable, but the counter did not answer. A later restore takes
  ///   it
  ///     up unless a later checkpoint does it first;
  ///   - `counter_unavailable`: an earlier checkpoint is still in doubt, nothing was written;
  ///   - `failed`: not written. The last committed state is untouched; try again.
  Generation checkpoint(Save save = Save::periodic);

  /// Captures the state, and returns when the program may change it again; the checkpoint goes on
  /// in the background. Nothing is saved before the handle says so: it carries the errors that
  /// `checkpoint` throws, but for those of the capture, which are thrown here. There is one at a
  /// time: this, `checkpoint` and `confirm` first wait for the end of the one before, whatever that
  /// is. While an earlier checkpoint is in doubt, it is asked for first, as by Save::periodic.
  [[nodiscard]] Saving checkpoint_async();

  /// The same, but does nothing while one is under way.
  [[nodiscard]] std::optional<Saving> try_checkpoint_async();

  /// Asks the counter whether this session still holds the lineage: before an effect on the outside
  /// world that must not happen twice. Throws `fenced` if not, `counter_unavailable` if unknown.
  void confirm();

  /// What was loaded or saved last.
  [[nodiscard]] Generation generation() const noexcept;

  /// Whether the state came from a checkpoint.
  [[nodiscard]] bool restored() const noexcept;

  /// The lineage's name.
  [[nodiscard]] const std::string& lineage() const noexcept;

 private:
  class Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidemark
