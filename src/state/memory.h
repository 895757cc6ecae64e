#pragma once

#include <tidemark/state.h>

#include <span>
#include <string>
#include <string_view>

namespace tidemark::state {

/// Raw memory of fixed size, read in place.
class MemorySection final : public Section {
 public:
  MemorySection(std::string_view name, std::span<std::byte> memory)
      : name_(name), memory_(memory) {}

  [[nodiscard]] SectionType type() const override { return {.kind = SectionKind::memory}; }
  void save(Sink& sink) const override { sink.write(memory_); }
  [[nodiscard]] std::optional<std::span<const std::byte>> memory() const override {
    return memory_;
  }
  void load(Source& source, const SectionType& saved) override;
  void accept() noexcept override { overwritten_ = false; }

  /// Zeroes what a load has begun to overwrite: half of an old state and half of another one must
  /// not be taken for a state.
  void discard() noexcept override;

 private:
  std::string name_;
  std::span<std::byte> memory_;
  bool overwritten_ = false;
};

}  // namespace tidemark::state
