#pragma once

#include <tidemark/counter.h>

#include "crypto/secret.h"

namespace tidemark::counter {

/// What a lineage's index of the extend type holds: a digest that can only be replaced by the
/// SHA-256 of itself and 32 more bytes. Those of this lineage only who has its secret can make.
class TpmExtensions {
 public:
  /// `secret` is the lineage's, `name` its name's digest.
  TpmExtensions(Bytes secret, const Digest& name);

  /// What the index is extended by for a generation, and at its birth.
  [[nodiscard]] Digest by(const Root& root) const;
  [[nodiscard]] Digest by_birth(const Digest& birth) const;

  /// What it holds at the birth of that id.
  [[nodiscard]] Digest first(const Digest& birth) const;

  /// What it holds after `content` was extended.
  [[nodiscard]] static Digest extended(const Digest& content, const Digest& by);

 private:
  crypto::Secret32 key_;
};

/// Who may read and extend the index: whoever knows this.
[[nodiscard]] crypto::Secret32 tpm_authorization(Bytes secret, const Digest& name);

}  // namespace tidemark::counter
