#include "tests/simulation/run.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "session/opening.h"
#include "tests/session/world.h"
#include "tests/simulation/early_files.h"
#include "tests/simulation/moving.h"
#include "tests/simulation/reference.h"
#include "tests/simulation/scheduler.h"
#include "tests/simulation/unreliable_counter.h"

namespace tidemark::simulation {
namespace {

using session::Environment;
using session::Live;

constexpr const char* file_path = "/data/dump.dat";
constexpr const char* lineage = "simulated";

/// Never fresh, but for the names of files.
class StaleRandom final : public Random {
 public:
  explicit StaleRandom(std::uint64_t seed) : names_(seed) {}
  void fill(MutableBytes into) override {
    if (into.size() <= sizeof(std::uint64_t)) return names_.fill(into);
    std::ranges::fill(into, std::byte{7});
  }

 private:
  session::SeededRandom names_;
};

/// What a run is like; drawn once.
struct Setting {
  std::size_t machines = 1;
  bool malicious = false;  ///< the host puts back any image of any machine's disk
  bool accident = false;   ///< the counter loses values, once
  Policy policy = Policy::hand_over;
  std::optional<Publishing> publishing{};
  bool locks = true;
  std::uint64_t compaction_limit = 0;
  std::uint32_t keep = 0;
  bool async = false;
  bool moves = false;  ///< the lineage may be moved to another counter

  /// Whether whoever was told of a save can count on it.
  [[nodiscard]] bool honest() const { return machines == 1 && !malicious && !accident; }
};

Setting draw(Scheduler& scheduler, Mutation mutation) {
  Setting setting;
  setting.machines = 1 + scheduler.below(3);
  setting.malicious = scheduler.one_in(2);
  setting.accident = setting.machines == 1 && !setting.malicious && scheduler.one_in(4);
  if (scheduler.one_in(3) || mutation == Mutation::same_random) {
    setting.policy = Policy::single_use;
  }
  if (scheduler.one_in(3)) setting.publishing = Publishing::alternate;
  setting.locks = !scheduler.one_in(4);
  setting.compaction_limit = scheduler.one_in(2) ? 0 : std::uint64_t{1} << 20;
  setting.keep = static_cast<std::uint32_t>(scheduler.below(3));
  setting.async = scheduler.one_in(3);
  setting.moves = scheduler.one_in(3) || mutation == Mutation::move_not_committed ||
                  mutation == Mutation::move_not_noticed;
  if (mutation == Mutation::early) {
    setting.machines = 1;
    setting.malicious = setting.accident = false;
  }
  return setting;
}

/// All that a run is made of.
class Run {
 public:
  Run(std::uint64_t seed, Mutation mutation)
      : scheduler_(seed),
        mutation_(mutation),
        setting_(draw(scheduler_, mutation)),
        reference_(setting_.policy == Policy::single_use),
        counter_(
            std::make_shared<UnreliableCounter>(scheduler_, fault(mutation), scheduler_.one_in(4))),
        next_counter_(std::make_shared<UnreliableCounter>(scheduler_, fault(mutation),
                                                          scheduler_.one_in(4))) {
    if (mutation == Mutation::same_random) {
      random_ = std::make_unique<StaleRandom>(seed);
    } else {
      random_ = std::make_unique<session::SeededRandom>(seed);
    }
    for (std::size_t i = 0; i < setting_.machines; ++i) {
      auto& files = *disks_.emplace_back(std::make_unique<io::SimulatedFileSystem>());
      files.make_folders("/data");
      files.sync_folder("/");
      files.refuse_locks(!setting_.locks);
    }
  }

  std::optional<std::string> operator()() {
    std::vector<std::function<void()>> actors;
    for (auto& files : disks_) actors.emplace_back([this, &files] { live_on(*files); });
    scheduler_.run(actors);
    if (setting_.honest()) come_back_at_last();
    return reference_.violation();
  }

 private:
  static CounterFault fault(Mutation mutation) {
    if (mutation == Mutation::without_digests) return CounterFault::without_digests;
    if (mutation == Mutation::blind) return CounterFault::blind;
    return CounterFault::none;
  }

  /// A machine: instances of the application, one after the other.
  void live_on(io::SimulatedFileSystem& files) {
    const std::uint64_t lives = 2 + scheduler_.below(4);
    for (std::uint64_t life = 0; life < lives && !reference_.violation(); ++life) {
      scheduler_.give_way();
      if (setting_.malicious) tamper(files);
      if (setting_.accident && scheduler_.one_in(6)) counter_->lose_values();
      if (setting_.accident && setting_.moves && scheduler_.one_in(6)) {
        next_counter_->lose_values();
      }
      if (scheduler_.one_in(2)) {
        const auto where = scheduler_.one_in(2) ? io::SimulatedFileSystem::Stop::before
                                                : io::SimulatedFileSystem::Stop::midway;
        files.stop_at(1 + scheduler_.below(80), where);
      }
      try {
        run_instance(files);
      } catch (const io::Crash&) {  // NOLINT(bugprone-empty-catch): what follows is the same
      }
      end_process(files);
      if (setting_.malicious) images_.push_back(files.snapshot());
    }
  }

  void tamper(io::SimulatedFileSystem& files) {
    if (!images_.empty() && scheduler_.one_in(2)) {
      files.put_back(images_[scheduler_.below(images_.size())]);
    }
  }

  /// An orderly end, a kill, or a power cut.
  void end_process(io::SimulatedFileSystem& files) {
    constexpr io::Unsynced hows[] = {io::Unsynced::kept, io::Unsynced::dropped,
                                     io::Unsynced::trashed, io::Unsynced::mixed};
    if (scheduler_.one_in(2)) {
      files.restart(hows[scheduler_.below(std::size(hows))], scheduler_.below(1000));
    } else {
      files.kill();
    }
  }

  /// Which counters the next instance names. The new one alone only once a move succeeded: whoever
  /// names a counter that knows nothing, and has no file, starts another life there.
  [[nodiscard]] Under choose_counters() {
    if (!setting_.moves || !reference_.began()) return Under::old;
    if (moved_ && scheduler_.one_in(2)) return Under::next;
    return scheduler_.one_in(3) ? Under::both : Under::old;
  }

  [[nodiscard]] std::shared_ptr<Counter> old_counter(Under under) {
    if (under == Under::both && mutation_ == Mutation::move_not_committed) {
      return std::make_shared<UnaskedCounter>(counter_);
    }
    if (mutation_ != Mutation::move_not_noticed) return counter_;
    if (under == Under::both) return std::make_shared<RememberingCounter>(counter_, moves_);
    return std::make_shared<UnmovedCounter>(counter_, moves_);
  }

  [[nodiscard]] Options options(Under under) {
    Options options;
    options.file = file_path;
    options.lineage = lineage;
    options.counter = under == Under::old ? old_counter(under) : next_counter_;
    if (under == Under::both) options.moved_from = old_counter(under);
    options.key = session::test_key();
    options.policy = setting_.policy;
    options.publishing = setting_.publishing;
    options.keep = setting_.keep;
    return options;
  }

  /// One instance: it starts or comes back, works, saves now and then, and ends.
  void run_instance(io::SimulatedFileSystem& files) {
    EarlyFiles early(files);
    io::FileSystem& seen =
        mutation_ == Mutation::early ? early : static_cast<io::FileSystem&>(files);
    const Environment environment{seen, *random_, executor_, setting_.compaction_limit};
    std::vector<StateId> state(1 + scheduler_.below(2) * 600);
    State sections;
    sections.array("state", state);
    state[0] = reference_.step(0);
    const StateId before = reference_.restoring();
    const Under under = choose_counters();
    tried_ |= under == Under::both;
    std::unique_ptr<Live> live;
    try {
      live = session::open(environment, options(under), sections.registry());
    } catch (const Error& error) {
      judge_refusal(error, under);
      return;
    }
    moved_ |= under == Under::both;
    if (live->restored()) {
      reference_.restored(state[0], before);
    } else {
      reference_.created(state[0]);
    }
    work(files, *live, state);
  }

  void work(io::SimulatedFileSystem& files, Live& live, std::vector<StateId>& state) {
    const std::uint64_t steps = scheduler_.below(8);
    for (std::uint64_t i = 0; i < steps && !reference_.violation(); ++i) {
      if (setting_.malicious && scheduler_.one_in(4)) images_.push_back(files.snapshot());
      state[0] = reference_.step(state[0]);
      state.back() = state[0];
      try {
        if (scheduler_.one_in(6)) live.confirm();
        if (setting_.async && scheduler_.one_in(2)) {
          (void)live.checkpoint_async()->wait();
        } else {
          (void)live.checkpoint(scheduler_.one_in(3) ? Save::last : Save::periodic);
        }
        reference_.acknowledged(state[0]);
      } catch (const Error& error) {
        if (error.code() == Code::unconfirmed && scheduler_.one_in(3)) return;  // that was the last
        if (error.code() == Code::unconfirmed || error.code() == Code::counter_unavailable) {
          continue;
        }
        if (setting_.honest()) reference_.surprised(std::string("a save: ") + error.what());
        return;
      }
    }
  }

  /// What an honest host may be told by a start or a restore.
  void judge_refusal(const Error& error, Under under) {
    switch (error.code()) {
      case Code::wrong_counter:  // it was moved, or reserved for a move
        if (under == Under::both || !tried_) surprise(error);
        return;
      case Code::stale:  // it was moved, and a power cut brought old files back
        if (under != Under::old || !tried_) surprise(error);
        return;
      case Code::counter_unavailable:
      case Code::unconfirmed:
        return;
      case Code::no_checkpoint:
      case Code::used_up:
        if (setting_.honest()) reference_.not_restorable(error.what());
        return;
      case Code::exists:
        // A dead instance's late request began the lineage at the same moment; or a reservation
        // that was void is forgotten.
        if (reference_.began() && under != Under::both) surprise(error);
        return;
      case Code::damaged:
        // Where FILE is not renamed into place a stopped start may leave it torn.
        if (setting_.honest() && setting_.locks) reference_.not_restorable(error.what());
        return;
      default:
        surprise(error);
    }
  }

  void surprise(const Error& error) {
    if (!setting_.honest()) return;
    reference_.surprised(std::string("a restore was refused: ") + error.what());
  }

  /// The network is well again: an honest host must come back with the newest state.
  void come_back_at_last() {
    if (reference_.violation()) return;
    counter_->heal();
    next_counter_->heal();
    io::SimulatedFileSystem& files = *disks_.front();
    files.restart(io::Unsynced::dropped);
    if (!tried_ || !comes_back(Under::both)) (void)comes_back(Under::old);
  }

  /// False where the new counter cannot be used: what reserved it is forgotten.
  bool comes_back(Under under) {
    io::SimulatedFileSystem& files = *disks_.front();
    std::vector<StateId> state(1);
    State sections;
    sections.array("state", state);
    const StateId before = reference_.restoring();
    try {
      const auto live = session::restore({files, *random_, executor_, setting_.compaction_limit},
                                         options(under), sections.registry());
      reference_.restored(state[0], before);
    } catch (const Error& error) {
      if (under == Under::both && error.code() == Code::exists) return false;
      reference_.not_restorable(error.what());
    }
    return true;
  }

  Scheduler scheduler_;
  Mutation mutation_;
  Setting setting_;
  Reference reference_;
  std::shared_ptr<UnreliableCounter> counter_;
  std::shared_ptr<UnreliableCounter> next_counter_;
  std::shared_ptr<Moves> moves_ = std::make_shared<Moves>();
  bool tried_ = false;  ///< somebody began to move the lineage
  bool moved_ = false;  ///< and succeeded
  std::unique_ptr<Random> random_;
  InlineExecutor executor_;
  std::vector<std::unique_ptr<io::SimulatedFileSystem>> disks_;
  std::vector<io::SimulatedDisk> images_;
};

}  // namespace

std::optional<Mutation> mutation_of(const std::string& name) {
  if (name == "none") return Mutation::none;
  if (name == "without_digests") return Mutation::without_digests;
  if (name == "blind") return Mutation::blind;
  if (name == "early") return Mutation::early;
  if (name == "same_random") return Mutation::same_random;
  if (name == "move_not_committed") return Mutation::move_not_committed;
  if (name == "move_not_noticed") return Mutation::move_not_noticed;
  return std::nullopt;
}

std::optional<std::string> run(std::uint64_t seed, Mutation mutation) {
  return Run(seed, mutation)();
}

}  // namespace tidemark::simulation
