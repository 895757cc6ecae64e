#include "session/live.h"

#include <algorithm>
#include <utility>

#include "session/survey.h"

namespace tidemark::session {
namespace {

/// Below this a file is closed faster than a thread is started.
constexpr std::uint64_t slow_to_close = std::uint64_t{16} << 20;

std::string number(std::uint64_t value) { return std::to_string(value); }

}  // namespace

Live::Live(Tenure tenure, Generation shown) : tenure_(std::move(tenure)), shown_(shown) {
  if (!tenure_.restored || tenure_.policy != Policy::single_use) {
    publish();
    return;
  }
  // Nothing else proves later that this mark was the counter's.
  const SharedFile noted = write_note();
  noted->file->sync();
  tenure_.environment.files.sync_folder(noted->path.parent_path());
  tidy();
}

Generation Live::checkpoint(Save save) {
  if (ended_) throw Error(*ended_);
  if (!open_.empty()) settle(save);
  while (true) {  // each round but the last adopts one of a bounded number of own proposals
    open_.push_back(write());
    const Proposed proposed = open_.back();
    const Answer answer = ask(*tenure_.counter, tenure_.name, tenure_.mark, proposed.mark);
    switch (answer.outcome) {
      case Answer::Outcome::committed:
        adopt(proposed);
        return shown_;
      case Answer::Outcome::conflict:
        adopt_own_or_fence(answer.found);
        break;
      case Answer::Outcome::unknown:
        throw unconfirmed(proposed.mark, answer.why);
    }
  }
}

/// A proposal is still open: asks for the newest again before anything more is written.
void Live::settle(Save save) {
  const Proposed newest = open_.back();
  const Answer answer = ask(*tenure_.counter, tenure_.name, tenure_.mark, newest.mark);
  switch (answer.outcome) {
    case Answer::Outcome::committed:
      return adopt(newest);
    case Answer::Outcome::conflict:
      return adopt_own_or_fence(answer.found);
    case Answer::Outcome::unknown:
      if (save == Save::last) return;
      throw Error(
          Code::counter_unavailable,
          "generation " + number(newest.mark.value) + " is still not confirmed: " + answer.why,
          "bring the counter back; nothing more is written until then");
  }
}

Proposed Live::write() {
  const Environment& environment = tenure_.environment;
  const std::uint64_t usual = environment.compaction_limit;
  Increment increment = tenure_.chain->plan(tenure_.registry, environment.executor);
  const bool may_append = !tenure_.publication.whole_files && !tenure_.file->spent;
  if (may_append && tenure_.chain->may_go_on(increment, tenure_.file, usual)) {
    return write_to(tenure_.file, increment);
  }
  increment.make_whole();
  if (may_append && tenure_.file->end <= usual) return write_to(tenure_.file, increment);
  const SharedFile fresh =
      make_file(environment, tenure_.place.fresh(tenure_.publication, environment.random),
                tenure_.file->head);
  try {
    Proposed proposed = write_to(fresh, increment);
    environment.files.sync_folder(fresh->path.parent_path());
    tenure_.litter.push_back(fresh->path);
    return proposed;
  } catch (...) {
    discard_file(environment.files, fresh->path);
    throw;
  }
}

Proposed Live::write_to(const SharedFile& target, Increment& increment) {
  const auto generation = tenure_.chain->write(
      {tenure_.environment, *tenure_.key, tenure_.progress}, target, next_proposal(), increment);
  return {tenure_.counter->next(tenure_.mark, generation.root), target,
          superseded(tenure_.environment.files, tenure_.place, tenure_.publication, tenure_.name,
                     target->path)};
}

container::Proposal Live::next_proposal() {
  container::Proposal proposal;
  proposal.counter_id = tenure_.birth.digest;
  proposal.parent = tenure_.mark;
  proposal.value = tenure_.counter->next(tenure_.mark, Root{}).value;
  proposal.session = tenure_.session;
  proposal.number = tenure_.next_proposal++;
  proposal.policy = tenure_.policy;
  proposal.key_slots = tenure_.key_slots;
  return proposal;
}

/// The counter holds `proposed`: what was open besides is buried.
void Live::adopt(const Proposed& proposed) {
  tenure_.mark = proposed.mark;
  // Stays open until it has lost its name: that is quick then.
  SharedFile before = std::exchange(tenure_.file, proposed.file);
  shown_ = {proposed.mark.value};
  if (tenure_.publication.own_names()) tenure_.litter = proposed.superseded;
  open_.clear();
  publish();
  if (before != tenure_.file && before->end > slow_to_close &&
      tenure_.environment.executor.width() > 1) {
    closing_.close(std::move(before));
  }
}

/// A request that was given up on may be applied late: then that generation is this session's mark.
/// Whatever else the counter holds was put there by another instance, or by a loss of its values.
void Live::adopt_own_or_fence(const std::optional<CounterReading>& found) {
  if (found) {
    const auto own = std::ranges::find(open_, found->mark, &Proposed::mark);
    if (own != open_.end()) return adopt(Proposed(*own));
  }
  const std::string& file = tenure_.place.shown();
  if (!found || (found->birth == tenure_.birth && found->mark.value < tenure_.mark.value)) {
    ended_.emplace(
        Code::counter_behind,
        "the counter lost generation " + number(tenure_.mark.value) + " of " + file +
            (found ? ", it is back at " + number(found->mark.value) : ", it knows nothing of it"),
        "stop, and find out why before anything is restored");
  } else if (found->birth != tenure_.birth) {
    ended_.emplace(Code::wrong_counter, "the counter of " + file + " was replaced by another one",
                   "stop, and bring the right counter back");
  } else {
    ended_.emplace(Code::fenced,
                   "another instance took " + file + " over, the counter is at generation " +
                       number(found->mark.value),
                   "stop this instance; what it did since its last save is not part of the state");
  }
  throw Error(*ended_);
}

void Live::confirm() {
  if (ended_) throw Error(*ended_);
  const auto found = tenure_.counter->read(tenure_.name);
  if (found && found->mark == tenure_.mark) return;
  adopt_own_or_fence(found);
}

/// Finishes what a commit allows. Nothing of it is needed for safety, so failures are passed over:
/// a scan looks under every name.
void Live::publish() {
  tidy();
  if (tenure_.file->spent) return;
  try {
    (void)write_note();
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): see above
  }
}

void Live::tidy() {
  io::FileSystem& files = tenure_.environment.files;
  LiveFile& file = *tenure_.file;
  if (!tenure_.publication.own_names() && file.path != tenure_.place.file()) {
    try {
      files.rename(file.path, tenure_.place.file());
    } catch (const Error&) {
      return;  // FILE stays as it is, and the next commit tries again
    }
    std::erase(tenure_.litter, file.path);
    file.path = tenure_.place.file();
  }
  for (const auto& path : tenure_.litter) discard_file(files, path);
  tenure_.litter.clear();
}

/// Proves that the mark was the counter's. Says which file it is in: the mark's own or, where no
/// file is touched again, another.
SharedFile Live::write_note() {
  SharedFile file = tenure_.file;
  if (tenure_.publication.whole_files) {
    file =
        make_file(tenure_.environment,
                  tenure_.place.fresh(tenure_.publication, tenure_.environment.random), file->head);
  }
  container::Note note{tenure_.birth.digest, tenure_.mark, {}};
  note.authenticator = tenure_.key->authenticate(note);
  const Buffer encoded = note.encode();
  file->file->write_at(file->end, encoded);
  file->end += encoded.size();
  return file;
}

Error Live::unconfirmed(const Mark& mark, const std::string& why) const {
  const std::string what = "generation " + number(mark.value) + " is saved to " +
                           tenure_.place.shown() + ", but not yet confirmed: " + why;
  if (!tenure_.key->present()) {
    return {Code::counter_unavailable, what,
            "bring the counter back and save again; without a key a restore does not take it up"};
  }
  return {Code::unconfirmed, what, "bring the counter back; the next save or restore takes it up"};
}

}  // namespace tidemark::session
