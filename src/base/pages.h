#pragma once

#include "base/bytes.h"

/// The memory's pages: most of the time of a large restore is their first touch. All of this only
/// changes how long things take; where the system does not take it, nobody hears of it.
namespace tidemark {

/// Lets the system take large pages for those of `memory` that it does not have yet.
void prefer_large_pages(MutableBytes memory) noexcept;

/// Has the pages of `memory` made now. What is in them stays as it is.
void populate_pages(MutableBytes memory) noexcept;

}  // namespace tidemark
