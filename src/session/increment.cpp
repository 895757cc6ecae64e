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
    : fingerprinter_(fingerprinter), tracks_(mode != Mode::untracked) {
  try {
    for (state::Entry& entry : registry.entries()) plan(entry, executor, mode);
  } catch (...) {  // the application's own serialization may throw
    forget();
    throw;
  }
}

Increment::~Increment() {
  if (!kept_) forget();
}

void Increment::plan(state::Entry& entry, Executor& executor, Mode mode) {
  Part& part = parts_.emplace_back(Part{entry, entry.section->type()});
  if (!tracks_) return;
  const bool has_base = mode == Mode::changes && entry.written == part.type;
  if (entry.section->memory()) {
    plan_memory(part, executor, has_base);
  } else if (has_base) {
    plan_object(part);
  }
}

void Increment::plan_memory(Part& part, Executor& executor, bool has_base) {
  const auto ranges =
      part.entry.memory.find(*part.entry.section->memory(), fingerprinter_, executor);
  if (!has_base || !ranges) return;
  part.runs.emplace();
  for (const state::Range& range : *ranges) part.runs->push_back({range.offset, range.length});
}

void Increment::plan_object(Part& part) const {
  const auto& known = part.entry.object.known();
  if (!known) return;
  FingerprintSink sink(fingerprinter_);
  part.entry.section->save(sink);
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
    const auto memory = part.entry.section->memory();
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
    const std::string& name = part.entry.name;
    if (part.unchanged) {
      writer.inherit({name, part.type, part.entry.object.known()->length, {}});
    } else if (part.runs) {
      writer.add_changes(name, part.type, *part.entry.section->memory(), *part.runs);
    } else if (tracks_ && !part.entry.section->memory()) {
      save_object(part, writer);
    } else {
      writer.add(name, part.type, [&](Sink& sink) { part.entry.section->save(sink); });
    }
  }
}

void Increment::save_object(const Part& part, container::GenerationWriter& writer) const {
  writer.add(part.entry.name, part.type, [&](Sink& into) {
    FingerprintSink sink(fingerprinter_, &into);
    part.entry.section->save(sink);
    part.entry.object.attempt(sink.finish());
  });
}

void Increment::keep() {
  kept_ = true;
  for (const Part& part : parts_) {
    state::Entry& entry = part.entry;
    entry.written.reset();
    if (!tracks_) continue;
    entry.written = part.type;
    entry.memory.keep();
    if (!part.unchanged) entry.object.keep();
  }
}

void Increment::forget() {
  for (const Part& part : parts_) {
    part.entry.memory.forget();
    if (!part.unchanged) part.entry.object.forget();
  }
}

}  // namespace tidemark::session
