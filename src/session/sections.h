#pragma once

#include "container/reader.h"
#include "container/writer.h"
#include "state/registry.h"

/// Between the application's sections and a generation's.
namespace tidemark::session {

/// Reads all of a generation, to its last byte, and keeps it beside the registered objects until
/// they accept it. Throws Error (`damaged`; `unsupported` where generation and registry do not
/// fit), then nothing is kept.
void load(container::GenerationReader& reader, state::Registry& registry);

/// Puts what was loaded into the registered objects.
void accept(state::Registry& registry) noexcept;

/// Writes the same sections again: those that the generation holds itself byte for byte, the others
/// by reference to its base.
void copy(container::GenerationReader& reader, container::GenerationWriter& writer);

/// Writes the same sections again, the base's too.
void copy_whole(container::GenerationReader& reader, container::GenerationWriter& writer);

/// Writes all sections by reference: the writer's base is where the reader finds them.
void refer(const container::GenerationReader& reader, container::GenerationWriter& writer);

}  // namespace tidemark::session
