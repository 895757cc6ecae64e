#include "key/slot.h"

#include "base/coding.h"
#include "key/wrap.h"

namespace tidemark::key {
namespace {

// kind (u8) | salt | lineage's key, wrapped
constexpr std::uint8_t raw_kind = 1;
constexpr std::size_t slot_size = sizeof raw_kind + slot_salt_size + wrapped_size;

class RawUnlocker final : public Unlocker {
 public:
  explicit RawUnlocker(crypto::Secret32 key) : key_(std::move(key)) {}

  [[nodiscard]] Buffer seal_slot(const crypto::Secret32& lineage_key, Bytes context,
                                 Random& random) const override {
    const auto salt = random.array<slot_salt_size>();
    Encoder slot;
    slot.number(raw_kind);
    slot.raw(salt);
    slot.raw(wrap(wrapping(salt, associated(context)), lineage_key));
    return slot.take();
  }

  [[nodiscard]] std::optional<crypto::Secret32> open_slot(Bytes slot,
                                                          Bytes context) const override {
    if (slot.size() != slot_size || slot.front() != std::byte{raw_kind}) return std::nullopt;
    const Bytes salt = slot.subspan(sizeof raw_kind, slot_salt_size);
    return unwrap(wrapping(salt, associated(context)), slot.last(wrapped_size));
  }

 private:
  [[nodiscard]] Wrapping wrapping(Bytes salt, Bytes associated) const {
    return {key_.bytes(), salt, "tidemark/1 slot", associated};
  }

  static Buffer associated(Bytes context) {
    Encoder bytes;
    bytes.number(raw_kind);
    bytes.raw(context);
    return bytes.take();
  }

  crypto::Secret32 key_;
};

}  // namespace

std::unique_ptr<Unlocker> raw_unlocker(crypto::Secret32 key) {
  return std::make_unique<RawUnlocker>(std::move(key));
}

}  // namespace tidemark::key
