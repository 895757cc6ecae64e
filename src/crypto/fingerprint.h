#pragma once

#include <array>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace tidemark::crypto {

using Fingerprint = std::array<std::byte, 16>;

/// Fingerprints that tell whether bytes changed: GMAC (NIST SP 800-38D) under a secret key and one
/// nonce, as a universal hash. They must never leave the process: it is their secrecy that keeps
/// two different contents from having the same one (with a probability below 2^-90 for contents of
/// up to a terabyte), also where an adversary chooses the contents. Thread-safe.
class Fingerprinter {
 public:
  explicit Fingerprinter(const Secret32& key);
  ~Fingerprinter();
  Fingerprinter(Fingerprinter&&) noexcept;

  /// Those of all pieces of `size` bytes, of which the last may be shorter. `into` has one place
  /// for each.
  void of_pieces(Bytes bytes, std::size_t size, std::span<Fingerprint> into) const;

  /// That of bytes that come little by little.
  class Stream {
   public:
    ~Stream();
    Stream(Stream&&) noexcept;
    void update(Bytes bytes);

    /// Nothing may follow it.
    [[nodiscard]] Fingerprint finish();

   private:
    friend Fingerprinter;
    struct Context;
    explicit Stream(std::unique_ptr<Context> context);
    std::unique_ptr<Context> context_;
  };
  [[nodiscard]] Stream stream() const;

 private:
  struct Key;
  std::unique_ptr<Key> key_;
};

}  // namespace tidemark::crypto
