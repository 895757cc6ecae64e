#include <exception>
#include <stdexcept>
#include <utility>

#include "session/live.h"
#include "session/survey.h"

namespace tidemark::session {
namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

}  // namespace

Generation Live::checkpoint(Save save) {
  collect();
  if (ended_) throw Error(*ended_);
  if (!open_.empty()) settle(save);
  while (!commit(write())) {  // each round adopts one of a bounded number of own proposals
  }
  return generation();
}

Proposed Live::write() {
  Increment increment = tenure_.chain->plan(tenure_.registry, tenure_.environment.executor);
  make_whole_unless_it_follows(increment);
  const Target target = target_for(increment);
  const Written written = write_durably_to(target, [&] {
    return compose_generation(pen(), *target.file, next_proposal(increment),
                              [&](container::GenerationWriter& writer) { increment.save(writer); });
  });
  tenure_.chain->wrote(target.file, written.generation, increment);
  return written.proposed;
}

std::shared_ptr<SavingStatus> Live::checkpoint_async() {
  collect();
  if (ended_) throw Error(*ended_);
  try {
    capture();
  } catch (...) {
    if (captured_ && captured_->target) discard(*captured_->target);
    captured_.reset();
    throw;
  }
  const auto status = captured_->status;
  if (tenure_.environment.background) {
    background_.run([this] { complete(); });
  } else {
    complete();
  }
  return status;
}

bool Live::is_saving() const { return captured_ && !captured_->status->done(); }

void Live::capture() {
  captured_ =
      std::make_unique<Captured>(*tenure_.chain, tenure_.registry, tenure_.environment.executor);
  Captured& captured = *captured_;
  make_whole_unless_it_follows(captured.increment);
  captured.head = tenure_.file->head;
  const auto overflow = [this] {
    choose_target();
    write_captured(tenure_.environment.executor.width() > 1
                       ? io::WriteBehind::Where::other_thread
                       : io::WriteBehind::Where::calling_thread);
  };
  captured.writer = std::make_unique<container::GenerationWriter>(
      pen().sealing(captured.head), container::Holding{tenure_.most_captured, overflow},
      next_proposal(captured.increment));
  captured.increment.save(*captured.writer);
  captured.status = std::make_shared<SavingStatus>(captured.writer->size());
}

/// Only here it is known what it follows: an earlier proposal may have been in doubt.
void Live::choose_target() {
  if (!open_.empty()) settle(Save::periodic);
  captured_->target = target_for(captured_->increment);
  captured_->writer->follow(tenure_.mark, next_value());
}

void Live::write_captured(io::WriteBehind::Where where) {
  const LiveFile& file = *captured_->target->file;
  const auto written = [this](std::uint64_t bytes) {
    if (captured_->status) captured_->status->written(bytes);
  };
  captured_->writer->write_to({*file.file, file.end, written}, where);
}

/// The rest of it, in the background.
void Live::complete() noexcept {
  Captured& captured = *captured_;
  SavingStatus& status = *captured.status;
  try {
    if (!captured.target) choose_target();
    const Written written = write_durably_to(*captured.target, [&] {
      if (!captured.writer->has_target()) write_captured(io::WriteBehind::Where::calling_thread);
      auto generation = captured.writer->finish();
      status.reached(SaveStage::written);
      return generation;
    });
    captured.durable = written.generation;
    status.reached(SaveStage::durable);
    if (!commit(written.proposed)) throw std::logic_error("a proposal was open beside this one");
    status.committed(generation());
  } catch (...) {
    status.failed(std::current_exception());
  }
}

/// Waits for what goes on in the background, and remembers what it wrote: the state, and what is
/// known of it, belong to the thread that uses the session.
void Live::collect() {
  background_.wait();
  if (!captured_) return;
  const auto captured = std::move(captured_);
  if (captured->durable) {
    tenure_.chain->wrote(captured->target->file, *captured->durable, captured->increment);
  }
}

Live::~Live() {
  background_.wait();
  if (captured_) captured_->increment.abandon();
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

void Live::make_whole_unless_it_follows(Increment& increment) const {
  const bool may_append = !tenure_.publication.whole_files && !tenure_.file->spent;
  if (!may_append ||
      !tenure_.chain->may_go_on(increment, tenure_.file, tenure_.environment.compaction_limit)) {
    increment.make_whole();
  }
}

Target Live::target_for(const Increment& increment) {
  const LiveFile& present = *tenure_.file;
  const Environment& environment = tenure_.environment;
  const bool may_append = !tenure_.publication.whole_files && !present.spent;
  const bool short_enough = present.end - present.carried <= environment.compaction_limit;
  if (increment.inherits() || (may_append && short_enough)) {
    return {tenure_.file, false, tenure_.history};
  }
  SharedFile fresh = make_file(
      environment, tenure_.place.fresh(tenure_.publication, environment.random), present.head);
  try {
    History history = carry(*present.file, tenure_.history, tenure_.keep, *fresh);
    return {std::move(fresh), true, std::move(history)};
  } catch (...) {
    discard_file(environment.files, fresh->path);
    throw;
  }
}

Written Live::write_durably_to(const Target& target,
                               const std::function<container::FoundGeneration()>& write) {
  io::FileSystem& files = tenure_.environment.files;
  const std::filesystem::path& path = target.file->path;
  try {
    const auto generation = write_durably(*target.file, write);
    if (target.fresh) files.sync_folder(path.parent_path());
    Proposed proposed{
        tenure_.counter->next(tenure_.mark, generation.root), target.file,
        superseded(files, tenure_.place, tenure_.publication, tenure_.name, path),
        with_newest(target.history, generation.offset, std::size_t{tenure_.keep} + 1)};
    if (target.fresh) tenure_.litter.push_back(path);
    return {std::move(proposed), generation};
  } catch (...) {
    if (target.fresh) discard_file(files, path);
    throw;
  }
}

/// What was written to `target` is of no use to anybody.
void Live::discard(const Target& target) {
  if (target.fresh) return discard_file(tenure_.environment.files, target.file->path);
  discard_tail(*target.file);
}

/// Asks the counter for it. Says whether it is committed: else an older proposal of this session's
/// is, and what it is a child of is not the session's mark any more.
bool Live::commit(const Proposed& proposed) {
  open_.push_back(proposed);
  const Answer answer = ask(*tenure_.counter, tenure_.name, tenure_.mark, proposed.mark);
  switch (answer.outcome) {
    case Answer::Outcome::committed:
      adopt(Proposed(proposed));
      return true;
    case Answer::Outcome::conflict:
      adopt_own_or_fence(answer.found);
      return false;
    case Answer::Outcome::unknown:
      break;
  }
  throw unconfirmed(proposed.mark, answer.why);
}

std::uint64_t Live::next_value() const { return tenure_.counter->next(tenure_.mark, Root{}).value; }

container::Proposal Live::next_proposal(const Increment& increment) {
  container::Proposal proposal;
  proposal.counter_id = tenure_.birth.digest;
  proposal.parent = tenure_.mark;
  proposal.value = next_value();
  proposal.session = tenure_.session;
  proposal.number = tenure_.next_proposal++;
  proposal.policy = tenure_.policy;
  proposal.key_slots = tenure_.key_slots;
  proposal.base = tenure_.chain->base_of(increment);
  return proposal;
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
