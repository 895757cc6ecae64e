#include <tidemark/state.h>

#include <utility>

#include "state/memory.h"
#include "state/registry.h"

namespace tidemark {

State::State() : registry_(std::make_unique<state::Registry>()) {}
State::~State() = default;
State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;

void State::memory(std::string_view name, std::span<std::byte> memory, Presence presence,
                   Changes changes) {
  section(name, std::make_unique<state::MemorySection>(name, memory), presence, changes);
}

void State::section(std::string_view name, std::unique_ptr<Section> section, Presence presence,
                    Changes changes) {
  registry_->add(name, std::move(section), presence, changes);
}

void State::touch(std::string_view name, std::uint64_t offset, std::uint64_t length) {
  registry_->touch(name, offset, length);
}

void State::allow_unknown() { registry_->allow_unknown(); }

}  // namespace tidemark
