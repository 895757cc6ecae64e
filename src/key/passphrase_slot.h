#pragma once

#include <memory>

#include "crypto/scrypt.h"
#include "key/source.h"

namespace tidemark::key {

/// What a new slot costs: 128 MiB and up to a second, for whoever opens it and for whoever guesses.
inline constexpr crypto::ScryptCost default_cost{.n = 1U << 17U, .r = 8, .p = 1};

/// The least that is accepted: 16 MiB.
inline constexpr crypto::ScryptCost smallest_cost{.n = 1U << 14U, .r = 8, .p = 1};

/// The most: 256 MiB, and eight times the time of the default.
inline constexpr crypto::ScryptCost largest_cost{.n = 1U << 18U, .r = 8, .p = 4};

/// How many slots that differ in salt or cost an unlocker tries; it passes over any further ones. A
/// lineage has one. Otherwise a file could keep its reader busy for as long as it likes.
inline constexpr std::size_t most_derivations = 8;

/// Whether a slot of this cost is opened, or made.
[[nodiscard]] bool is_acceptable(const crypto::ScryptCost& cost) noexcept;

/// An unlocker for a passphrase. docs/format.md specifies its slot. `cost` is that of the slots
/// that it makes; those that it opens say their own. Derives once for each salt and cost.
[[nodiscard]] std::unique_ptr<Unlocker> passphrase_unlocker(
    crypto::SecretBuffer passphrase, const crypto::ScryptCost& cost = default_cost);

}  // namespace tidemark::key
