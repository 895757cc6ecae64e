// Heat spreads in a plate. That takes long, so the program saves itself every few seconds, in the
// background, while it goes on. It may be killed at any moment: the same command line comes back
// to what was saved last, and the result has the same bits as if nothing had happened. See
// README.md.

#include <tidemark/cereal.h>
#include <tidemark/tidemark.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "diffusion.h"
#include "flags.h"
#include "picture.h"
#include "save_signal.h"
#include "screen.h"

namespace {

/// What is saved beside the field.
struct Run {
  std::uint64_t size = 0;
  std::uint64_t step = 0;

  template <class Archive>
  void serialize(Archive& archive, std::uint32_t /*version*/) {
    archive(size, step);
  }
};

}  // namespace

CEREAL_CLASS_VERSION(Run, 0)

namespace {

using tidemark::Code;

/// A save that failed with one of these may succeed the next time.
bool may_pass(Code code) {
  return code == Code::failed || code == Code::counter_unavailable || code == Code::unconfirmed;
}

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string real_path(const std::string& file) {
  return std::filesystem::weakly_canonical(std::filesystem::absolute(file));
}

/// The program after its flags are read.
class Heat {
 public:
  Heat(const Flags& flags, const tidemark::StopSignals& stop, const SaveSignal& save_now)
      : flags_(flags),
        stop_(stop),
        save_now_(save_now),
        run_{.size = flags.size},
        field_(hot_plate(flags.size)) {
    state_.object("run", run_);
    state_.array("field", field_);
  }

  void run() {
    tidemark::Session session = begin();
    compute(session);
    settle();
    if (saved_step_ != run_.step) {
      tell_saved(run_.step, session.checkpoint(tidemark::Save::last));
    }
    if (run_.step < flags_.steps) return;
    write_picture(flags_.picture, field_, flags_.size);
    screen_.say("finished after step " + number(run_.step) + ": " + flags_.picture + ", " +
                fingerprint(field_));
  }

 private:
  tidemark::Session begin() {
    const std::shared_ptr<tidemark::Counter> counter = tidemark::open_counter(flags_.counter);
    tidemark::Options options{
        .file = flags_.file,
        .lineage = "heat:" + real_path(flags_.file),
        .counter = counter,
        .key = tidemark::open_key(flags_.key),
        .start_over = flags_.start_over,
        .most_increments = 0,  // each step changes all of the field
        .progress = [this](const tidemark::Progress& progress) { show(progress); }};
    auto session = flags_.start_over ? tidemark::Session::create(std::move(options), state_)
                                     : tidemark::Session::open(std::move(options), state_);
    doing_ = "saving";
    check_restored();
    saved_step_ = run_.step;
    screen_.say((session.restored() ? "restored step " : "started at step ") + number(run_.step) +
                (session.restored() ? " from " : ", saved to ") + flags_.file + " (generation " +
                number(session.generation().value) + ")");
    for (const std::string& warning : counter->warnings()) screen_.warn("warning: " + warning);
    return session;
  }

  void check_restored() const {
    if (run_.size != flags_.size || field_.size() != flags_.size * flags_.size) {
      throw tidemark::Error(Code::usage,
                            flags_.file + " holds a plate of -size=" + number(run_.size),
                            "give that size, or another file");
    }
    if (run_.step > flags_.steps) {
      throw tidemark::Error(Code::usage,
                            flags_.file + " is at step " + number(run_.step) + " already",
                            "give more steps, or another file");
    }
  }

  /// Between two calls of `step` the field is whole and nobody changes it: only then it is
  /// captured.
  void compute(tidemark::Session& session) {
    Diffusion diffusion(field_, flags_.size);
    tidemark::Every due{flags_.every};
    while (run_.step < flags_.steps && !stop_.requested()) {
      diffusion.step();
      ++run_.step;
      if (saving_ && saving_->handle.done()) settle();
      if (save_now_.came()) {
        settle();
        save_in_background(session);
      } else if (due && !saving_) {
        save_in_background(session);
      }
      if (screen_.wants_bar()) show_step();
    }
  }

  /// The step that is being saved, and the field with it, may change as soon as this returns.
  void save_in_background(tidemark::Session& session) {
    attempt([&] { saving_ = {session.checkpoint_async(), run_.step}; });
  }

  /// Waits for the save in the background, and reports how it ended.
  void settle() {
    if (!saving_) return;
    const UnderWay ended = *std::exchange(saving_, std::nullopt);
    attempt([&] {
      tell_saved(ended.step, ended.handle.wait());
      if (complaint_) screen_.warn("saving works again");
      complaint_.reset();
    });
  }

  /// A save that fails now may succeed the next time: says so once, and goes on.
  void attempt(const std::function<void()>& save) {
    try {
      save();
    } catch (const tidemark::Error& error) {
      if (!may_pass(error.code())) throw;
      if (complaint_ != error.code()) screen_.warn(error);
      complaint_ = error.code();
    }
  }

  void tell_saved(std::uint64_t step, tidemark::Generation generation) {
    saved_step_ = step;
    screen_.say("saved step " + number(step) + " to " + flags_.file + " (generation " +
                number(generation.value) + ")");
  }

  void show_step() {
    std::string note = ", step " + number(run_.step) + " of " + number(flags_.steps);
    if (saving_) {
      const tidemark::Progress progress = saving_->handle.progress();
      const std::uint64_t total = std::max<std::uint64_t>(progress.bytes_total, 1);
      note += ", saving " + number(progress.bytes_done * 100 / total) + " %";
    }
    screen_.bar("computing", static_cast<double>(run_.step) / static_cast<double>(flags_.steps),
                note);
  }

  /// What the program waits for: the start, be it a restore or a first save, and the last save.
  void show(const tidemark::Progress& progress) {
    if (!screen_.wants_bar()) return;
    const auto bytes = static_cast<double>(field_.size() * sizeof(double));
    screen_.bar(doing_, static_cast<double>(progress.bytes_done) / bytes);
  }

  struct UnderWay {
    tidemark::Saving handle;
    std::uint64_t step;
  };

  const Flags& flags_;
  const tidemark::StopSignals& stop_;
  const SaveSignal& save_now_;
  Screen screen_;
  Run run_;
  std::uint64_t saved_step_ = 0;  // the newest that is safe
  std::vector<double> field_;
  tidemark::State state_;
  std::string doing_ = "starting";
  std::optional<UnderWay> saving_;
  std::optional<Code> complaint_;  // what the last save in the background failed with
};

}  // namespace

int main(int argc, char** argv) {
  return exit_code_of([&] {
    // First of all, so that every thread inherits the blocked signals and none is lost.
    const tidemark::StopSignals stop{SIGINT, SIGTERM, SIGHUP};
    const SaveSignal save_now{SIGUSR1};
    prepare_standard_streams();
    const Flags flags = parse_flags(argc, argv);
    if (flags.help) {
      Screen().say(help_text());
      return;
    }
    Heat(flags, stop, save_now).run();
  });
}
