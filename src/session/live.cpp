#include "session/live.h"

#include <algorithm>
#include <utility>

#include "session/findings.h"
#include "session/survey.h"

namespace tidemark::session {
namespace {

/// Below this a file is closed faster than a thread is started.
constexpr std::uint64_t slow_to_close = std::uint64_t{16} << 20;

std::string number(std::uint64_t value) { return std::to_string(value); }

}  // namespace

Live::Live(Tenure tenure, Generation shown) : tenure_(std::move(tenure)), shown_(shown.value) {
  if (!tenure_.restored || tenure_.policy != Policy::single_use) {
    publish();
    return;
  }
  // Nothing else proves later that this mark was the counter's.
  sync_with_name(tenure_.environment.files, *write_note());
  tidy();
}

/// The counter holds `proposed`: what was open besides is buried. What was proposed after it keeps
/// its file until the next commit: it is newer, and a restore was said to take it up.
void Live::adopt(const Proposed& proposed) {
  std::vector<std::filesystem::path> later;
  for (auto other = open_.rbegin(); other->mark != proposed.mark; ++other) {
    if (other->file != proposed.file) later.push_back(other->file->path);
  }
  tenure_.mark = proposed.mark;
  // Stays open until it has lost its name: that is quick then.
  SharedFile before = std::exchange(tenure_.file, proposed.file);
  shown_ = proposed.mark.value;
  tenure_.history = proposed.history;
  if (tenure_.publication.own_names()) tenure_.litter = proposed.superseded;
  for (const auto& path : later) std::erase(tenure_.litter, path);
  open_.clear();
  publish();
  tenure_.litter.insert(tenure_.litter.end(), later.begin(), later.end());
  if (before != tenure_.file && before->end > slow_to_close &&
      tenure_.environment.executor.width() > 1) {
    closing_.run([last = std::move(before)]() mutable { last.reset(); });
  }
}

/// Whether the storage has the move that the counter shows, or what was written since under the
/// other counter: only where no lock kept the mover away.
bool Live::was_moved(const CounterReading& found) const {
  try {
    const Survey now =
        survey(tenure_.environment.files, tenure_.place, tenure_.publication, tenure_.name);
    return find_move(now, found, *tenure_.counter) != nullptr ||
           now.holds([&](const auto& header) { return header.counter_id != found.birth.digest; });
  } catch (const Error&) {
    return false;
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
  if (!found || (found->birth == tenure_.birth && is_named(*found) &&
                 found->mark.value < tenure_.mark.value)) {
    ended_.emplace(
        Code::counter_behind,
        "the counter lost generation " + number(tenure_.mark.value) + " of " + file +
            (found ? ", it is back at " + number(found->mark.value) : ", it knows nothing of it"),
        std::string("stop, and bring the counter back as it was after the last save") + if_lost);
  } else if (found->birth != tenure_.birth) {
    ended_.emplace(Code::wrong_counter, "the counter of " + file + " was replaced by another one",
                   "stop, and bring the right counter back");
  } else {
    ended_.emplace(Code::fenced,
                   (was_moved(*found) ? "another instance moved " + file + " to another counter"
                                      : "another instance took " + file + " over") +
                       ", the counter is at " +
                       (is_named(*found) ? "generation " + number(found->mark.value)
                                         : "a generation of its own"),
                   "stop this instance; what it did since its last save is not part of the state");
  }
  throw Error(*ended_);
}

void Live::confirm() {
  collect();
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

}  // namespace tidemark::session
