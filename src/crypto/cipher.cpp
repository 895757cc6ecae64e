#include "crypto/cipher.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <limits>

#include "crypto/fast_gcm.h"
#include "crypto/hash.h"
#include "crypto/nonce.h"
#include "crypto/openssl.h"

namespace tidemark::crypto {
namespace {

constexpr std::size_t aead_tag_size = 16;
constexpr std::size_t hash_tag_size = 32;

using Context = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;
using Algorithm = std::unique_ptr<EVP_CIPHER, Deleter<EVP_CIPHER_free>>;

int int_size(Bytes bytes) {
  demand(bytes.size() <= std::numeric_limits<int>::max(), "a record of more than 2 GiB");
  return static_cast<int>(bytes.size());
}

enum Direction { opening = 0, sealing = 1 };

/// Both ciphers. Every call works on a context of its own, so that threads can share this. It also
/// schedules the key anew: that costs less than copying a prepared context saves, and not every
/// OpenSSL 3 can copy one.
class AeadSealer final : public Sealer {
 public:
  AeadSealer(const Algorithm& algorithm, const Secret32& key)
      : algorithm_(algorithm.get()), key_(key.copy()) {
    demand(algorithm_ != nullptr, "this cipher");
  }

  void seal(std::uint64_t number, Bytes associated, Bytes plain, MutableBytes sealed,
            MutableBytes tag) const override {
    const Context context = start(number, associated, sealing);
    demand(run(context, plain, sealed) && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG,
                                                              int_size(tag), tag.data()) == 1,
           "encryption");
  }

  [[nodiscard]] bool open(std::uint64_t number, Bytes associated, Bytes sealed, Bytes tag,
                          MutableBytes plain) const override {
    if (tag.size() == aead_tag_size) {
      std::array<std::byte, aead_tag_size> expected{};  // OpenSSL wants it mutable
      std::ranges::copy(tag, expected.begin());
      const Context context = start(number, associated, opening);
      demand(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, aead_tag_size,
                                 expected.data()) == 1,
             "decryption");
      if (run(context, sealed, plain)) return true;
    }
    wipe(plain);
    return false;
  }

 private:
  [[nodiscard]] Context start(std::uint64_t number, Bytes associated, Direction direction) const {
    Context context(EVP_CIPHER_CTX_new());
    const auto nonce = nonce_of(number);
    int taken = 0;
    demand(context &&
               EVP_CipherInit_ex2(context.get(), algorithm_, data_of(key_.bytes()), nonce.data(),
                                  direction, nullptr) == 1 &&
               EVP_CipherUpdate(context.get(), nullptr, &taken, data_of(associated),
                                int_size(associated)) == 1,
           "encryption");
    return context;
  }

  /// False where the tag does not fit.
  static bool run(const Context& context, Bytes from, MutableBytes to) {
    int taken = 0;
    std::array<unsigned char, 1> nothing{};
    // No output would mean associated data, no input the end.
    demand(from.empty() || EVP_CipherUpdate(context.get(), data_of(to), &taken, data_of(from),
                                            int_size(from)) == 1,
           "encryption");
    return EVP_CipherFinal_ex(context.get(), nothing.data(), &taken) == 1;
  }

  const EVP_CIPHER* algorithm_;
  Secret32 key_;
};

/// Looked up once: to do so takes as long as to seal a small record.
const Algorithm& aes_256_gcm() {
  static const Algorithm algorithm(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  return algorithm;
}

const Algorithm& chacha20_poly1305() {
  static const Algorithm algorithm(EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr));
  return algorithm;
}

/// For storage that is trusted, or that encrypts by itself.
class PlainSealer final : public Sealer {
 public:
  void seal(std::uint64_t /*number*/, Bytes associated, Bytes plain, MutableBytes sealed,
            MutableBytes tag) const override {
    const Digest digest = sha256({associated, plain});
    if (sealed.data() != plain.data()) std::ranges::copy(plain, sealed.begin());
    std::ranges::copy(digest.bytes, tag.begin());
  }

  [[nodiscard]] bool open(std::uint64_t /*number*/, Bytes associated, Bytes sealed, Bytes tag,
                          MutableBytes plain) const override {
    if (!equal(sha256({associated, sealed}).bytes, tag)) {
      wipe(plain);
      return false;
    }
    if (sealed.data() != plain.data()) std::ranges::copy(sealed, plain.begin());
    return true;
  }
};

}  // namespace

std::string_view name(Cipher cipher) noexcept {
  switch (cipher) {
    case Cipher::none:
      return "none";
    case Cipher::aes_256_gcm:
      return "AES-256-GCM";
    case Cipher::chacha20_poly1305:
      return "ChaCha20-Poly1305";
  }
  return "unknown";
}

Cipher preferred_cipher() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  return __builtin_cpu_supports("aes") ? Cipher::aes_256_gcm : Cipher::chacha20_poly1305;
#else
  return Cipher::chacha20_poly1305;
#endif
}

std::size_t tag_size(Cipher cipher) noexcept {
  return cipher == Cipher::none ? hash_tag_size : aead_tag_size;
}

std::unique_ptr<Sealer> make_sealer(Cipher cipher, const Secret32& key) {
  if (cipher == Cipher::aes_256_gcm) {
    if (auto fast = make_fast_gcm(key)) return fast;
  }
  return make_openssl_sealer(cipher, key);
}

std::unique_ptr<Sealer> make_openssl_sealer(Cipher cipher, const Secret32& key) {
  switch (cipher) {
    case Cipher::none:
      return std::make_unique<PlainSealer>();
    case Cipher::aes_256_gcm:
      return std::make_unique<AeadSealer>(aes_256_gcm(), key);
    case Cipher::chacha20_poly1305:
      return std::make_unique<AeadSealer>(chacha20_poly1305(), key);
  }
  throw Error(Code::unsupported, "the cipher is not known to this program",
              "use the newer program that wrote the file");
}

}  // namespace tidemark::crypto
