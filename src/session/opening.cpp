#include "session/opening.h"

#include <tidemark/error.h>

namespace tidemark::session {
namespace {

constexpr int most_looks = 10;

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
  if (options.start_over && intent != Intent::create) {
    usage("starting over goes with create alone", "leave it out to restore");
  }
}

std::unique_ptr<io::Lock> take_lock(io::FileSystem& files, const Place& place) {
  io::LockAttempt attempt = files.try_lock(place.lock());
  switch (attempt.outcome) {
    case io::LockAttempt::Outcome::taken:
      return std::move(attempt.lock);
    case io::LockAttempt::Outcome::held:
      throw Error(Code::in_use,
                  place.shown() + " is in use by " +
                      (attempt.holder ? "process " + std::to_string(*attempt.holder)
                                      : std::string("another process")),
                  "stop it first, or name another file");
    case io::LockAttempt::Outcome::refused:
      break;
  }
  throw Error(Code::failed, place.lock().string() + " cannot be locked on this file system",
              "keep the file on one that has locks");
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
  Place place(environment.files, options.file);
  const auto in_file = lineage_at(environment.files, place);
  if (intent == Intent::restore && !in_file) {
    if (environment.files.type(place.file()) == io::FileType::regular) {
      throw Error(Code::damaged, place.shown() + " is empty",
                  "put back the newest copy of the file");
    }
    throw Error(Code::no_checkpoint, "there is no " + place.shown(),
                "check the name, or start without restoring");
  }
  std::string name = settle_name(options, place, in_file, intent);
  Opening opening{environment, std::move(options), registry, std::move(place), std::move(name)};
  opening.lock = take_lock(environment.files, opening.place);
  return opening;
}

void look(Opening& opening) {
  auto reading = opening.options.counter->read(opening.name);
  for (int i = 0; i < most_looks; ++i) {
    opening.reading = reading;
    opening.survey = survey(opening.environment.files, opening.place, opening.name);
    reading = opening.options.counter->read(opening.name);
    if (reading == opening.reading) return;
  }
  throw Error(Code::fenced, "another instance keeps saving the lineage of " + opening.place.shown(),
              "stop it first");
}

Tenure tenure_of(Opening opening, SharedKey key, std::vector<Buffer> key_slots,
                 const container::SessionId& session, const Mark& mark, SharedFile file) {
  Tenure tenure{opening.environment,     opening.place, std::move(opening.lock),
                opening.options.counter, opening.name,  opening.registry,
                opening.options.progress};
  tenure.birth = opening.reading->birth;
  tenure.key = std::move(key);
  tenure.key_slots = std::move(key_slots);
  tenure.session = session;
  tenure.next_proposal = 2;
  tenure.mark = mark;
  for (const StoredFile& stored : opening.survey.files) {
    if (stored.path != file->path && stored.path != opening.place.file()) {
      tenure.litter.push_back(stored.path);
    }
  }
  for (const auto& path : opening.survey.leftovers) tenure.litter.push_back(path);
  tenure.file = std::move(file);
  return tenure;
}

}  // namespace tidemark::session
