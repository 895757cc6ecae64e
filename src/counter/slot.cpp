#include "counter/slot.h"

#include <tidemark/error.h>

#include <string_view>

#include "base/coding.h"
#include "crypto/hash.h"

namespace tidemark::counter {
namespace {

constexpr std::string_view magic = "TIDECNTR";
constexpr std::uint32_t version = 1;
constexpr std::size_t body_size = slot_size - sizeof(Digest);

bool same(Bytes a, Bytes b) { return text_of(a) == text_of(b); }

/// All but the checksum.
Encoder body_of(const Slot& slot) {
  Encoder out;
  out.raw(bytes_of(magic));
  out.number(version);
  out.number(std::uint32_t{0});
  out.number(slot.sequence);
  out.digest(slot.lineage);
  out.mark(slot.birth);
  out.mark(slot.mark);
  out.zeros_until(body_size);
  return out;
}

}  // namespace

Buffer encode(const Slot& slot) {
  Encoder out = body_of(slot);
  out.digest(crypto::sha256({out.bytes()}));
  return out.take();
}

std::optional<Slot> decode_slot(Bytes block) {
  const Bytes body = block.first(body_size);
  const Digest checksum = crypto::sha256({body});
  if (!same(checksum.bytes, block.last(sizeof(Digest)))) return std::nullopt;
  Decoder in(body.subspan(16), "the counter's slot");
  Slot slot;
  slot.sequence = in.number<std::uint64_t>();
  slot.lineage = in.digest();
  slot.birth = in.mark();
  slot.mark = in.mark();
  // Magic, version and every zero at once.
  if (!same(body_of(slot).bytes(), body)) {
    throw Error(Code::counter_unavailable,
                "the counter's file has a format that this program does not know",
                "use a newer version of Tidemark");
  }
  return slot;
}

}  // namespace tidemark::counter
