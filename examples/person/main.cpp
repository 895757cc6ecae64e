// A person who grows a year older at every tick, and who survives Ctrl-C: the signal saves the
// person, and RESTORE_FROM_FILE=FILE ./main comes back to exactly that person. See README.md.

#include <tidemark/cereal.h>
#include <tidemark/tidemark.h>

#include <cereal/types/string.hpp>
#include <csignal>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "advice.h"
#include "beat.h"
#include "flags.h"
#include "messages.h"
#include "waiting_counter.h"

namespace {

struct Person {
  std::string name;
  std::int64_t age = 0;

  // A field that is added one day is read only where `version` says that it was written.
  template <class Archive>
  void serialize(Archive& archive, std::uint32_t /*version*/) {
    archive(name, age);
  }
};

}  // namespace

CEREAL_CLASS_VERSION(Person, 0)

namespace {

using tidemark::Code;

bool may_pass(Code code) {
  return code == Code::failed || code == Code::counter_unavailable || code == Code::unconfirmed;
}

std::string years_old(const Person& person) { return std::to_string(person.age) + " years old"; }

/// The program after its flags are read: the person, and the session that keeps it.
class Life {
 public:
  Life(const Flags& flags, const tidemark::StopSignals& stop)
      : flags_(flags),
        stop_(stop),
        messages_(stop.token()),
        person_{.name = flags.name, .age = flags.age} {
    state_.object("person", person_);
  }

  void run() {
    if (flags_.key == "none") {
      messages_.warn("warning: without a key anyone who can write this file can write the state");
    }
    tidemark::Session session = begin();
    {
      const std::jthread loop([this](const std::stop_token& stop) { main_loop(stop); });
      wait(session);
    }  // ends the loop and waits for it: nothing changes the person any more
    save(session, tidemark::Save::last);
  }

 private:
  /// When it returns, the start or the take-over is committed: only now anything is shown.
  tidemark::Session begin() {
    const auto counter =
        std::make_shared<WaitingCounter>(tidemark::open_counter(flags_.counter), messages_);
    tidemark::Options options{.file = flags_.file,
                              .lineage = flags_.lineage,
                              .counter = counter,
                              .key = tidemark::open_key(flags_.key),
                              .start_over = flags_.start_over,
                              .policy = flags_.policy,
                              .publishing = flags_.publishing};
    if (flags_.moved_from) {
      options.moved_from =
          std::make_shared<WaitingCounter>(tidemark::open_counter(*flags_.moved_from), messages_);
    }
    tidemark::Session session = open(std::move(options));
    if (session.restored()) show("restored", "from", session.generation());
    show_age();
    confirmed_age_ = person_.age;
    for (const std::string& warning : counter->warnings()) messages_.warn("warning: " + warning);
    return session;
  }

  tidemark::Session open(tidemark::Options options) {
    try {
      return flags_.restore ? tidemark::Session::restore(std::move(options), state_)
                            : tidemark::Session::create(std::move(options), state_);
    } catch (const tidemark::Error& error) {
      throw tidemark::Error(error.code(), error.what(), in_flags(error.advice(), flags_));
    }
  }

  /// In a thread of its own: a year every tick, until it is asked to stop.
  void main_loop(const std::stop_token& stop) {
    for (Beat tick{flags_.tick}; tick.wait(stop);) {
      const std::scoped_lock lock(mutex_);
      ++person_.age;
      show_age();
    }
  }

  /// In the main thread: returns when the signal came.
  void wait(tidemark::Session& session) {
    if (flags_.every) {
      for (Beat due{*flags_.every}; due.wait(stop_.token());) save_or_complain(session);
    } else {
      stop_.wait();
    }
  }

  /// A save that fails now may succeed the next time: says so once, and goes on.
  void save_or_complain(tidemark::Session& session) {
    try {
      save(session, tidemark::Save::periodic);
      if (complaint_) messages_.warn("saving works again");
      complaint_.reset();
    } catch (const tidemark::Error& error) {
      if (!may_pass(error.code())) throw;
      if (complaint_ != error.code()) messages_.warn(error);
      complaint_ = error.code();
    }
  }

  /// No thread may change the person while it is saved.
  void save(tidemark::Session& session, tidemark::Save how) {
    const std::scoped_lock lock(mutex_);
    try {
      const tidemark::Generation generation = session.checkpoint(how);
      confirmed_age_ = person_.age;
      show("saved", "to", generation);
    } catch (const tidemark::Error& error) {
      if (!may_pass(error.code()) || error.code() == Code::unconfirmed) throw;
      const std::string age = std::to_string(confirmed_age_);
      throw tidemark::Error(error.code(), error.what() + ("; the last confirmed age is " + age),
                            error.advice());
    }
  }

  void show_age() { messages_.say(person_.name + " is " + years_old(person_)); }

  void show(const std::string& done, const std::string& preposition,
            tidemark::Generation generation) {
    messages_.say(done + " " + person_.name + ", " + years_old(person_) + ", " + preposition + " " +
                  flags_.file + " (generation " + std::to_string(generation.value) + ")");
  }

  const Flags& flags_;
  const tidemark::StopSignals& stop_;
  Messages messages_;
  std::mutex mutex_;  // guards the person, and the lines about it, while the loop runs
  Person person_;
  tidemark::State state_;
  std::int64_t confirmed_age_ = 0;
  std::optional<Code> complaint_;  // what the last periodic save failed with
};

}  // namespace

int main(int argc, char** argv) {
  return exit_code_of([&] {
    // First of all, so that every thread inherits the blocked signals and none is lost.
    const tidemark::StopSignals stop{SIGINT, SIGTERM, SIGHUP};
    prepare_standard_streams();
    const Flags flags = parse_flags(argc, argv);
    if (flags.help) {
      Messages{stop.token()}.say(help_text());
      return;
    }
    Life{flags, stop}.run();
  });
}
