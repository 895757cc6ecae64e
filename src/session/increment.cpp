#include "session/increment.h"

#include <algorithm>

namespace tidemark::session {
namespace {

/// Takes the fingerprint of what goes by.
class FingerprintSink final : public Sink {
 public:
  explicit FingerprintSink(const crypto::Fingerprinter& fingerprinter, Sink* next = nullptr)
      : stream_(fingerprinter.stream()), next_(next) {}

  void write(std::span<const std::byte> bytes) override {
    stream_.update(bytes);
    length_ += bytes.size();
    if (next_ != nullptr) next_->write(bytes);
  }

  [[nodiscard]] state::ObjectChanges::Known finish() { return {stream_.finish(), length_}; }

 private:
  crypto::Fingerprinter::Stream stream_;
  Sink* next_;
  std::uint64_t length_ = 0;
};

}  // namespace

Increment::Increment(state::Registry& registry, const crypto::Fingerprinter& fingerprinter,
                     Executor& executor, Mode mode)
    : registry_(registry),
      writer_(registry.writer()),
      fingerprinter_(fingerprinter),
      tracks_(mode != Mode::untracked) {
  try {
    for (std::size_t i = 0; i < registry.entries().size(); ++i) plan(i, executor, mode);
  } catch (...) {  // the application's own serialization may throw
    forget();
    throw;
  }
}

Increment::~Increment() {
  if (!settled_) forget();
}

void Increment::plan(std::size_t position, Executor& executor, Mode mode) {
  const state::Entry& entry = registry_.entries()[position];
  Part& part = parts_.emplace_back(Part{position, entry.section->type()});
  if (!tracks_) return;
  const bool has_base = mode == Mode::changes && entry.written == part.type;
  if (entry.section->memory()) {
    plan_memory(part, executor, has_base);
  } else if (has_base) {
    plan_object(part);
  }
}

void Increment::plan_memory(Part& part, Executor& executor, bool has_base) {
  state::Entry& entry = entry_of(part);
  const auto ranges = entry.memory.find(*entry.section->memory(), fingerprinter_, executor);
  if (!has_base || !ranges) return;
  part.runs.emplace();
  for (const state::Range& range : *ranges) part.runs->push_back({range.offset, range.length});
}

void Increment::plan_object(Part& part) const {
  const state::Entry& entry = entry_of(part);
  const auto& known = entry.object.known();
  if (!known) return;
  FingerprintSink sink(fingerprinter_);
  entry.section->save(sink);
  part.unchanged = sink.finish() == *known;
}

bool Increment::inherits() const {
  return std::ranges::any_of(parts_, [](const Part& part) { return part.unchanged || part.runs; });
}

bool Increment::empty() const {
  return std::ranges::all_of(
      parts_, [](const Part& part) { return part.unchanged || (part.runs && part.runs->empty()); });
}

std::uint64_t Increment::memory_size() const {
  std::uint64_t sum = 0;
  for (const Part& part : parts_) {
    const auto memory = entry_of(part).section->memory();
    if (!memory) continue;
    if (!part.runs) sum += memory->size();
    for (const container::Run& run : part.runs.value_or(std::vector<container::Run>())) {
      sum += run.length;
    }
  }
  return sum;
}

void Increment::make_whole() {
  for (Part& part : parts_) {
    part.unchanged = false;
    part.runs.reset();
  }
}

void Increment::save(container::GenerationWriter& writer) const {
  for (const Part& part : parts_) {
    const state::Entry& entry = entry_of(part);
    if (part.unchanged) {
      writer.inherit({entry.name, part.type, entry.object.known()->length, {}});
    } else if (part.runs) {
      writer.add_changes(entry.name, part.type, *entry.section->memory(), *part.runs);
    } else if (tracks_ && !entry.section->memory()) {
      save_object(part, writer);
    } else {
      writer.add(entry.name, part.type, [&](Sink& sink) { entry.section->save(sink); });
    }
  }
}

void Increment::save_object(const Part& part, container::GenerationWriter& writer) const {
  state::Entry& entry = entry_of(part);
  writer.add(entry.name, part.type, [&](Sink& into) {
    FingerprintSink sink(fingerprinter_, &into);
    entry.section->save(sink);
    entry.object.attempt(sink.finish());
  });
}

void Increment::keep() {
  settled_ = true;
  if (!is_latest()) return;
  for (const Part& part : parts_) {
    state::Entry& entry = entry_of(part);
    entry.written.reset();
    if (!tracks_) continue;
    entry.written = part.type;
    entry.memory.keep();
    if (!part.unchanged) entry.object.keep();
  }
}

void Increment::forget() {
  if (!is_latest()) return;
  for (const Part& part : parts_) {
    state::Entry& entry = entry_of(part);
    entry.memory.forget();
    if (!part.unchanged) entry.object.forget();
  }
}

}  // namespace tidemark::session
