#include <tidemark/state.h>

#include <utility>

#include "state/memory.h"
#include "state/registry.h"

namespace tidemark {

State::State() : registry_(std::make_unique<state::Registry>()) {}
State::~State() = default;
State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;

void State::memory(std::string_view name, std::span<std::byte> memory, Presence presence) {
  section(name, std::make_unique<state::MemorySection>(name, memory), presence);
}

void State::section(std::string_view name, std::unique_ptr<Section> section, Presence presence) {
  registry_->add(name, std::move(section), presence);
}

void State::allow_unknown() { registry_->allow_unknown(); }

}  // namespace tidemark
