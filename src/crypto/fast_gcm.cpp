#include "crypto/fast_gcm.h"

#include <dlfcn.h>
#include <intel-ipsec-mb.h>

#include <array>
#include <atomic>

#include "crypto/hash.h"
#include "crypto/nonce.h"
#include "crypto/openssl.h"

namespace tidemark::crypto {
namespace {

constexpr std::size_t gcm_tag_size = 16;

/// The interface that this was compiled for; a library of another one has another name.
constexpr const char* library_name = "libIPSec_MB.so.1";

template <class Function>
Function find(void* library, const char* name) {
  return reinterpret_cast<Function>(::dlsym(library, name));
}

/// The library, once for the process. It is looked for at run time, so that a program works the
/// same where it is not installed; it is never unloaded.
const IMB_MGR* load() {
  void* const library = ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return nullptr;
  const auto allocate = find<decltype(&alloc_mb_mgr)>(library, "alloc_mb_mgr");
  const auto release = find<decltype(&free_mb_mgr)>(library, "free_mb_mgr");
  const auto init = find<decltype(&init_mb_mgr_auto)>(library, "init_mb_mgr_auto");
  if (allocate == nullptr || release == nullptr || init == nullptr) return nullptr;
  IMB_MGR* const manager = allocate(0);
  if (manager == nullptr) return nullptr;
  IMB_ARCH chosen = IMB_ARCH_NONE;
  init(manager, &chosen);
  constexpr std::uint64_t needed = IMB_FEATURE_VAES | IMB_FEATURE_VPCLMULQDQ;
  if (chosen == IMB_ARCH_AVX512 && (manager->features & needed) == needed) return manager;
  release(manager);  // without VAES OpenSSL does as well
  return nullptr;
}

std::atomic<bool>& in_use() {
  static std::atomic<bool> used{true};
  return used;
}

const IMB_MGR* manager() {
  static const IMB_MGR* const loaded = load();
  return loaded;
}

MutableBytes memory_of(auto& object) { return std::as_writable_bytes(std::span(&object, 1)); }

/// Every call works on a context of its own, so that threads can share this.
class FastGcmSealer final : public Sealer {
 public:
  FastGcmSealer(const IMB_MGR& manager, const Secret32& key) : manager_(manager) {
    IMB_AES256_GCM_PRE(&manager_, data_of(key.bytes()), &key_);
  }
  FastGcmSealer(const FastGcmSealer&) = delete;
  FastGcmSealer& operator=(const FastGcmSealer&) = delete;
  ~FastGcmSealer() override { wipe(memory_of(key_)); }

  void seal(std::uint64_t number, Bytes associated, Bytes plain, MutableBytes sealed,
            MutableBytes tag) const override {
    demand(tag.size() == gcm_tag_size, "encryption");
    run(manager_.gcm256_enc, number, associated, plain, sealed, tag);
  }

  [[nodiscard]] bool open(std::uint64_t number, Bytes associated, Bytes sealed, Bytes tag,
                          MutableBytes plain) const override {
    std::array<std::byte, gcm_tag_size> right{};
    run(manager_.gcm256_dec, number, associated, sealed, plain, right);
    if (equal(right, tag)) return true;
    wipe(plain);
    return false;
  }

 private:
  void run(aes_gcm_enc_dec_t function, std::uint64_t number, Bytes associated, Bytes from,
           MutableBytes to, MutableBytes tag) const {
    const auto nonce = nonce_of(number);
    std::array<std::byte, 1> nothing{};  // the library refuses null pointers
    gcm_context_data context{};
    function(&key_, &context, data_of(to.empty() ? MutableBytes(nothing) : to), data_of(from),
             from.size(), nonce.data(), data_of(associated), associated.size(), data_of(tag),
             tag.size());
    wipe(memory_of(context));
  }

  const IMB_MGR& manager_;
  gcm_key_data key_{};
};

}  // namespace

std::unique_ptr<Sealer> make_fast_gcm(const Secret32& key) {
  const IMB_MGR* const library = in_use() ? manager() : nullptr;
  if (library == nullptr) return nullptr;
  return std::make_unique<FastGcmSealer>(*library, key);
}

void use_fast_gcm(bool use) noexcept { in_use() = use; }

}  // namespace tidemark::crypto
