#include "key/passphrase_slot.h"

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
#include <vector>

#include "base/coding.h"
#include "key/wrap.h"

namespace tidemark::key {
namespace {

// kind (u8) | N, r, p (u32 each) | salt | lineage's key, wrapped
constexpr std::uint8_t passphrase_kind = 2;
constexpr std::size_t front_size = sizeof passphrase_kind + 3 * sizeof(std::uint32_t);
constexpr std::size_t slot_size = front_size + slot_salt_size + wrapped_size;

using Salt = std::array<std::byte, slot_salt_size>;

/// Kind and cost, which are also what is bound to the lineage's key.
Buffer front(const crypto::ScryptCost& cost) {
  Encoder bytes;
  bytes.number(passphrase_kind);
  bytes.number(cost.n);
  bytes.number(cost.r);
  bytes.number(cost.p);
  return bytes.take();
}

Buffer associated(const crypto::ScryptCost& cost, Bytes context) {
  Buffer bytes = front(cost);
  bytes.insert(bytes.end(), context.begin(), context.end());
  return bytes;
}

class PassphraseUnlocker final : public Unlocker {
 public:
  PassphraseUnlocker(crypto::SecretBuffer passphrase, const crypto::ScryptCost& cost)
      : passphrase_(std::move(passphrase)), cost_(cost) {}

  [[nodiscard]] Buffer seal_slot(const crypto::Secret32& lineage_key, Bytes context,
                                 Random& random) const override {
    const Salt salt = random.array<slot_salt_size>();
    const crypto::Secret32 key = crypto::scrypt(passphrase_.bytes(), salt, cost_);
    Encoder slot;
    slot.raw(front(cost_));
    slot.raw(salt);
    slot.raw(wrap(wrapping(key, salt, associated(cost_, context)), lineage_key));
    return slot.take();
  }

  [[nodiscard]] std::optional<crypto::Secret32> open_slot(Bytes slot,
                                                          Bytes context) const override {
    if (slot.size() != slot_size || slot.front() != std::byte{passphrase_kind}) return std::nullopt;
    Decoder fields(slot.subspan(sizeof passphrase_kind), "a passphrase's key slot");
    const auto n = fields.number<std::uint32_t>();
    const auto r = fields.number<std::uint32_t>();
    const auto p = fields.number<std::uint32_t>();
    const crypto::ScryptCost cost{.n = n, .r = r, .p = p};
    const Salt salt = fields.array<slot_salt_size>();
    if (!is_acceptable(cost)) return std::nullopt;
    const std::scoped_lock lock(mutex_);
    const crypto::Secret32* const key = derived(salt, cost);
    if (key == nullptr) return std::nullopt;
    return unwrap(wrapping(*key, salt, associated(cost, context)), slot.last(wrapped_size));
  }

 private:
  struct Derived {
    Salt salt{};
    crypto::ScryptCost cost{};
    crypto::Secret32 key{};
  };

  static Wrapping wrapping(const crypto::Secret32& key, Bytes salt, Bytes associated) {
    return {key.bytes(), salt, "tidemark/1 passphrase slot", associated};
  }

  /// Every generation of a file repeats its slots, and a scan opens them all. Null if there were
  /// too many different ones.
  [[nodiscard]] const crypto::Secret32* derived(const Salt& salt,
                                                const crypto::ScryptCost& cost) const {
    const auto known = std::ranges::find_if(
        derived_, [&](const Derived& one) { return one.salt == salt && one.cost == cost; });
    if (known != derived_.end()) return &known->key;
    if (derived_.size() == most_derivations) return nullptr;
    derived_.push_back({salt, cost, crypto::scrypt(passphrase_.bytes(), salt, cost)});
    return &derived_.back().key;
  }

  crypto::SecretBuffer passphrase_;
  crypto::ScryptCost cost_;
  mutable std::mutex mutex_;
  mutable std::vector<Derived> derived_;  ///< guarded
};

}  // namespace

bool is_acceptable(const crypto::ScryptCost& cost) noexcept {
  return std::has_single_bit(cost.n) && cost.n >= smallest_cost.n && cost.n <= largest_cost.n &&
         cost.r == default_cost.r && cost.p >= smallest_cost.p && cost.p <= largest_cost.p;
}

std::unique_ptr<Unlocker> passphrase_unlocker(crypto::SecretBuffer passphrase,
                                              const crypto::ScryptCost& cost) {
  return std::make_unique<PassphraseUnlocker>(std::move(passphrase), cost);
}

}  // namespace tidemark::key
