#pragma once

#include <string>

#include "base/bytes.h"

namespace tidemark {

/// Looks at all memory that the program and OpenSSL give back, and says whether it still holds what
/// is secret. Link freed_memory.cpp into a test program of its own: it replaces operator delete and
/// OpenSSL's functions for memory in the whole program.
class FreedMemory {
 public:
  /// From now on looks for `secret`, of which at least 16 bytes are compared.
  explicit FreedMemory(Bytes secret);
  ~FreedMemory();
  FreedMemory(const FreedMemory&) = delete;
  FreedMemory& operator=(const FreedMemory&) = delete;

  /// In how many pieces of freed memory the secret was found.
  [[nodiscard]] int found() const noexcept;

  /// How many pieces of memory were looked at: a search that looked at nothing proves nothing.
  [[nodiscard]] int searched() const noexcept;
};

}  // namespace tidemark
