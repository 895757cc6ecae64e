#include "session/opening.h"

#include <tidemark/error.h>

#include <algorithm>
#include <cstdlib>

namespace tidemark::session {
namespace {

constexpr int most_looks = 10;

/// A take-over adds one of its own.
constexpr std::uint32_t most_increments = container::longest_chain - 4;

constexpr std::uint32_t most_kept = 1000;

void check(const Options& options, Intent intent) {
  const auto usage = [](const char* what, const char* advice) {
    throw Error(Code::usage, what, advice);
  };
  if (!options.counter) usage("no counter was named", "set Options::counter to open_counter(URI)");
  if (options.key.source() == nullptr)
    usage("no key was named", "set Options::key to open_key(URI)");
  if (options.lineage.empty() && intent != Intent::restore) {
    usage("no lineage was named", "set Options::lineage to a name for this state");
  }
  if (options.lineage.size() > container::largest_name) {
    usage("the lineage's name is too long", "choose one of at most 4608 bytes");
  }
  if (options.most_increments > most_increments) {
    usage("more generations are to refer to each other than a file may have",
          "set Options::most_increments to at most 60");
  }
  if (options.keep > most_kept) {
    usage("more old generations are to be kept than a file may begin with",
          "set Options::keep to at most 1000");
  }
  if (options.moved_from && intent == Intent::create) {
    usage("a lineage that starts is moved from nowhere",
          "restore it to move it, or leave Options::moved_from out");
  }
  if (options.start_over && intent != Intent::create) {
    usage("starting over goes with create alone", "leave it out to restore");
  }
}

/// Whether `file` lies in one of the files and folders that the list names.
bool listed(std::string_view list, const std::filesystem::path& file) {
  while (!list.empty()) {
    const std::string_view entry = list.substr(0, list.find(':'));
    list.remove_prefix(std::min(list.size(), entry.size() + 1));
    auto path = std::filesystem::path(entry).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();  // a folder, with a slash at the end
    for (auto part = file; !entry.empty(); part = part.parent_path()) {
      if (part == path) return true;
      if (part == part.parent_path()) break;
    }
  }
  return false;
}

Publishing choose_publishing(const Options& options, io::FileSystem& files, const Place& place) {
  if (options.publishing) return *options.publishing;
  const char* const list = std::getenv("TIDEMARK_ALTERNATE");  // NOLINT(concurrency-mt-unsafe)
  const bool whole =
      (list != nullptr && listed(list, place.file())) || place.published_whole(files);
  return whole ? Publishing::alternate : Publishing::append;
}

/// Takes the lock; none where the file system has none.
std::unique_ptr<io::Lock> take_lock(io::FileSystem& files, const Place& place) {
  io::LockAttempt attempt = files.try_lock(place.lock());
  if (attempt.outcome != io::LockAttempt::Outcome::held) return std::move(attempt.lock);
  throw Error(Code::in_use,
              place.shown() + " is in use by " +
                  (attempt.holder ? "process " + std::to_string(*attempt.holder)
                                  : std::string("another process")),
              "stop it first, or name another file");
}

/// Where a FILE that is not ours may be left alone, since files keep their own names: a crash may
/// have left it. Elsewhere FILE never begins with torn bytes, and it belongs to somebody else.
bool may_be_left(io::FileSystem& files, const Place& place, Publishing publishing) {
  if (publishing == Publishing::alternate) return true;
  try {
    return files.try_lock(place.lock()).outcome == io::LockAttempt::Outcome::refused;
  } catch (const Error&) {
    return false;
  }
}

/// What a start says of a FILE that is not ours: it is never overwritten, not even to start over.
Error not_to_be_overwritten(const Error& unreadable) {
  if (unreadable.code() == Code::failed) return unreadable;
  return {unreadable.code(), unreadable.what(), "name another file, or move this one away"};
}

/// The name to go on with, where the file has one.
std::string settle_name(const Options& options, const Place& place,
                        const std::optional<std::string>& in_file, Intent intent) {
  if (!in_file || options.lineage == *in_file) return options.lineage;
  if (options.lineage.empty()) return *in_file;
  if (intent == Intent::create) {
    throw Error(Code::exists, place.shown() + " holds another lineage, \"" + *in_file + "\"",
                "name another file, or move this one away");
  }
  throw Error(
      Code::forked,
      place.shown() + " holds the lineage \"" + *in_file + "\", not \"" + options.lineage + "\"",
      "name the file of this lineage, or this file's lineage");
}

}  // namespace

Opening begin(const Environment& environment, Options options, state::Registry& registry,
              Intent intent) {
  check(options, intent);
  io::FileSystem& files = environment.files;
  Place place(files, options.file);
  const Publishing publishing = choose_publishing(options, files, place);
  const Resident resident = lineage_at(files, place);
  if (resident.unreadable &&
      ((intent == Intent::restore && !resident.name) || !may_be_left(files, place, publishing))) {
    throw intent == Intent::create ? not_to_be_overwritten(*resident.unreadable)
                                   : Error(*resident.unreadable);
  }
  if (intent == Intent::restore && !resident.name) {
    if (files.type(place.file()) == io::FileType::regular) {
      throw Error(Code::damaged, place.shown() + " is empty",
                  "put back the newest copy of the file");
    }
    throw Error(Code::no_checkpoint, "there is no " + place.shown(),
                "check the name, or start without restoring");
  }
  std::string name = settle_name(options, place, resident.name, intent);
  auto lock = take_lock(files, place);
  const Publication publication{lock != nullptr, publishing == Publishing::alternate};
  auto chain = std::make_unique<Chain>(environment.random, options.most_increments);
  return {environment, std::move(options), registry,        std::move(place),
          publication, std::move(name),    std::move(lock), std::move(chain)};
}

void look(Opening& opening, Counter* left) {
  std::optional<CounterReading> reading;
  std::optional<CounterReading> reading_left;
  const auto read = [&] {
    reading = opening.options.counter->read(opening.name);
    if (left != nullptr) reading_left = left->read(opening.name);
  };
  read();
  for (int i = 0; i < most_looks; ++i) {
    opening.reading = reading;
    opening.left = reading_left;
    opening.survey =
        survey(opening.environment.files, opening.place, opening.publication, opening.name);
    read();
    if (reading != opening.reading || reading_left != opening.left) continue;
    if (reading) {
      name_mark(opening.survey, *opening.options.counter, *opening.reading,
                opening.options.start_over);
    }
    if (reading_left) name_mark(opening.survey, *left, *opening.left, false);
    return;
  }
  throw Error(Code::fenced, "another instance keeps saving the lineage of " + opening.place.shown(),
              "stop it first");
}

void refuse(const Opening& opening, const Refusal& refusal) {
  throw Error(refusal.code, opening.place.shown() + ": " + refusal.what, refusal.advice);
}

Tenure tenure_of(Opening opening, SharedKey key, std::vector<Buffer> key_slots,
                 const container::SessionId& session, Proposed proposed, Policy policy) {
  Tenure tenure{opening.environment,
                opening.place,
                opening.publication,
                std::move(opening.lock),
                opening.options.counter,
                opening.name,
                opening.registry,
                opening.options.progress,
                opening.options.most_captured,
                opening.options.keep,
                std::move(opening.chain)};
  tenure.birth = opening.reading->birth;
  tenure.key = std::move(key);
  tenure.key_slots = std::move(key_slots);
  tenure.session = session;
  tenure.policy = policy;
  tenure.next_proposal = 2;
  tenure.mark = proposed.mark;
  tenure.file = std::move(proposed.file);
  tenure.history = std::move(proposed.history);
  tenure.litter = std::move(proposed.superseded);
  if (opening.publication.own_names()) return tenure;
  for (const StoredFile& stored : opening.survey.files) {
    if (stored.path != tenure.file->path && stored.path != opening.place.file()) {
      tenure.litter.push_back(stored.path);
    }
  }
  for (const auto& path : opening.survey.leftovers) tenure.litter.push_back(path);
  return tenure;
}

}  // namespace tidemark::session
