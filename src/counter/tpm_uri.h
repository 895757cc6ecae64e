#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/uri.h"

namespace tidemark::counter {

/// What a `tpm:` URI names.
struct TpmAddress {
  std::string tcti = "device:/dev/tpmrm0";  ///< the way to the chip, as tpm2-tss names it
  std::optional<std::uint32_t> index{};     ///< of the chip's memory; none: the name's
  std::chrono::milliseconds timeout = std::chrono::seconds(8);

  /// The index for the lineage `name`. Without one of its own: among those that the owner of the
  /// chip may define, by the name's SHA-256.
  [[nodiscard]] std::uint32_t index_for(std::string_view name) const;

  /// The URI as it was meant.
  [[nodiscard]] std::string shown() const;
};

/// An index as the tools of tpm2-tools take it, like 0x1800001.
[[nodiscard]] std::string shown_index(std::uint32_t index);

/// Reads `[TCTI][?nv=0x…&timeout=…]`. Throws Error (`usage`).
[[nodiscard]] TpmAddress read_tpm_uri(const Uri& uri);

}  // namespace tidemark::counter
