#pragma once

#include <tidemark/error.h>
#include <tidemark/state.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "state/registry.h"

/// Sinks and sources for tests, and what they have in common.
namespace tidemark::test {

using Bytes = std::vector<std::byte>;

class MemorySink final : public Sink {
 public:
  void write(std::span<const std::byte> more) override {
    bytes.insert(bytes.end(), more.begin(), more.end());
    ++writes;
  }

  Bytes bytes;
  std::size_t writes = 0;
};

class MemorySource final : public Source {
 public:
  explicit MemorySource(std::span<const std::byte> bytes) : left_(bytes) {}

  void read(std::span<std::byte> into) override {
    if (into.size() > left_.size()) throw Error(Code::damaged, "too short", "none");
    std::ranges::copy(left_.first(into.size()), into.begin());
    left_ = left_.subspan(into.size());
  }

  [[nodiscard]] std::uint64_t remaining() const noexcept override { return left_.size(); }

 private:
  std::span<const std::byte> left_;
};

/// A section as it lies in a checkpoint.
struct Saved {
  SectionType type;
  Bytes bytes;
};

inline Section& section(State& state, std::string_view name = "it") {
  return *state.registry().find(name)->section;
}

inline Saved save(State& state, std::string_view name = "it") {
  MemorySink sink;
  section(state, name).save(sink);
  return {section(state, name).type(), sink.bytes};
}

inline void load(State& state, const Saved& saved, std::string_view name = "it") {
  MemorySource source(saved.bytes);
  section(state, name).load(source, saved.type);
}

inline void restore(State& state, const Saved& saved, std::string_view name = "it") {
  load(state, saved, name);
  section(state, name).accept();
}

/// What `call` throws.
template <class Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return {Code::ok, "nothing was thrown", ""};
}

inline Bytes bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

}  // namespace tidemark::test
