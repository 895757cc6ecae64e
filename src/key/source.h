#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/random.h"
#include "crypto/secret.h"
#include "io/file_system.h"

namespace tidemark::key {

/// A key that was read, ready to lock and unlock slots. A slot is where a generation keeps the
/// lineage's key, wrapped: opaque bytes to everybody but this layer, at most 1024 of them.
class Unlocker {
 public:
  virtual ~Unlocker() = default;

  /// A slot that holds `lineage_key`. `context` is bound to it: the lineage's id.
  [[nodiscard]] virtual Buffer seal_slot(const crypto::Secret32& lineage_key, Bytes context,
                                         Random& random) const = 0;

  /// The lineage's key, if this key opens the slot.
  [[nodiscard]] virtual std::optional<crypto::Secret32> open_slot(Bytes slot,
                                                                  Bytes context) const = 0;
};

/// Whether a key that is not there yet may be made.
enum class Missing { refuse, make };

/// Where a key comes from. Immutable, thread-safe.
class Source {
 public:
  virtual ~Source() = default;

  /// True for `none` alone, which is never loaded.
  [[nodiscard]] virtual bool none() const noexcept { return false; }

  /// Reads the key for the lineage of this name. Throws Error (`wrong_key`) where there is no
  /// usable one: missing, readable by others, of the wrong length.
  [[nodiscard]] virtual std::unique_ptr<Unlocker> load(std::string_view lineage, Missing missing,
                                                       io::FileSystem& files,
                                                       Random& random) const = 0;

  /// Where it comes from, for messages.
  [[nodiscard]] virtual std::string uri() const = 0;
};

}  // namespace tidemark::key
