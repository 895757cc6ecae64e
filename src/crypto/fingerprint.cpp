#include "crypto/fingerprint.h"

#include <openssl/evp.h>

#include <algorithm>

#include "crypto/fast_gcm.h"
#include "crypto/openssl.h"

namespace tidemark::crypto {
namespace {

using Algorithm = std::unique_ptr<EVP_CIPHER, Deleter<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;

constexpr const char* operation = "fingerprints";
constexpr std::array<unsigned char, 12> nonce{};
constexpr std::size_t most_at_once = std::size_t{1} << 30;  // OpenSSL counts in int

void begin(EVP_CIPHER_CTX* context) {
  demand(EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1, operation);
}

void update(EVP_CIPHER_CTX* context, Bytes bytes) {
  while (!bytes.empty()) {
    const Bytes part = bytes.first(std::min(bytes.size(), most_at_once));
    int taken = 0;
    demand(EVP_EncryptUpdate(context, nullptr, &taken, data_of(part),
                             static_cast<int>(part.size())) == 1,
           operation);
    bytes = bytes.subspan(part.size());
  }
}

Fingerprint finish(EVP_CIPHER_CTX* context) {
  Fingerprint tag{};
  int taken = 0;
  std::array<unsigned char, 1> nothing{};
  demand(EVP_EncryptFinal_ex(context, nothing.data(), &taken) == 1 &&
             EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()),
                                 tag.data()) == 1,
         operation);
  return tag;
}

}  // namespace

/// A context that knows the key: copying it is cheaper than making the key's tables again.
struct Fingerprinter::Key {
  Algorithm algorithm{EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)};
  CipherContext context{EVP_CIPHER_CTX_new()};
  std::unique_ptr<Sealer> fast{};  ///< the same, if there is one; it makes the nonce of a 0

  [[nodiscard]] CipherContext copy() const {
    CipherContext other(EVP_CIPHER_CTX_new());
    demand(other && EVP_CIPHER_CTX_copy(other.get(), context.get()) == 1, operation);
    return other;
  }
};

Fingerprinter::Fingerprinter(const Secret32& key) : key_(std::make_unique<Key>()) {
  demand(key_->algorithm && key_->context &&
             EVP_EncryptInit_ex2(key_->context.get(), key_->algorithm.get(), data_of(key.bytes()),
                                 nullptr, nullptr) == 1,
         operation);
  key_->fast = make_fast_gcm(key);
}

Fingerprinter::~Fingerprinter() = default;
Fingerprinter::Fingerprinter(Fingerprinter&&) noexcept = default;

void Fingerprinter::of_pieces(Bytes bytes, std::size_t size, std::span<Fingerprint> into) const {
  const CipherContext context = key_->fast ? nullptr : key_->copy();
  for (Fingerprint& fingerprint : into) {
    const Bytes piece = bytes.first(std::min(bytes.size(), size));
    if (key_->fast) {
      key_->fast->seal(0, piece, {}, {}, fingerprint);  // GMAC is GCM that encrypts nothing
    } else {
      begin(context.get());
      update(context.get(), piece);
      fingerprint = finish(context.get());
    }
    bytes = bytes.subspan(piece.size());
  }
}

struct Fingerprinter::Stream::Context {
  CipherContext cipher;
};

Fingerprinter::Stream::Stream(std::unique_ptr<Context> context) : context_(std::move(context)) {}
Fingerprinter::Stream::~Stream() = default;
Fingerprinter::Stream::Stream(Stream&&) noexcept = default;

Fingerprinter::Stream Fingerprinter::stream() const {
  auto context = std::make_unique<Stream::Context>(Stream::Context{key_->copy()});
  begin(context->cipher.get());
  return Stream(std::move(context));
}

void Fingerprinter::Stream::update(Bytes bytes) { crypto::update(context_->cipher.get(), bytes); }

Fingerprint Fingerprinter::Stream::finish() { return crypto::finish(context_->cipher.get()); }

}  // namespace tidemark::crypto
