#include <tidemark/error.h>

#include <algorithm>

#include "base/coding.h"
#include "container/format.h"
#include "crypto/hash.h"

namespace tidemark::container {
namespace {

constexpr std::string_view generation_magic = "TIDEGENR";
constexpr std::string_view note_magic = "TIDENOTE";
constexpr std::size_t checksum_size = 32;
constexpr std::size_t fixed_size = 343;  // everything but the slots and a move's own fields
constexpr std::size_t move_size = 80;
constexpr std::size_t head_at = 32;      // where the head's digest stands
constexpr std::size_t purpose_at = 232;  // and the purpose, with the policy behind it

bool has_magic(Bytes block, std::string_view magic) {
  return block.size() >= magic.size() && text_of(block.first(magic.size())) == magic;
}

/// Whether the last bytes of `whole` are the SHA-256 of those before.
bool has_checksum(Bytes whole) {
  const Bytes covered = whole.first(whole.size() - checksum_size);
  return crypto::equal(crypto::sha256({covered}).bytes, whole.last(checksum_size));
}

[[noreturn]] void unknown(std::string_view what) {
  throw Error(
      Code::unsupported,
      "a generation in the file has " + std::string(what) + " that this program does not know",
      "use the newer program that wrote it");
}

/// Comes before any judgement on the rest: another version's header may go on differently.
void demand_known(Bytes whole) {
  const auto purpose = std::to_integer<unsigned>(whole[purpose_at]);
  const auto policy = std::to_integer<unsigned>(whole[purpose_at + 1]);
  if (purpose < 1 || purpose > static_cast<unsigned>(Purpose::move)) unknown("a purpose");
  if (policy < 1 || policy > static_cast<unsigned>(Policy::single_use)) unknown("a policy");
}

/// The fields behind the header's size, of a header whose checksum was right.
GenerationHeader decode_fields(Decoder& fields) {
  GenerationHeader header;
  header.length = fields.number<std::uint64_t>();
  header.index_offset = fields.number<std::uint64_t>();
  header.index_length = fields.number<std::uint32_t>();
  header.head = fields.digest();
  header.salt = fields.array<32>();
  header.key_commitment = fields.digest();
  header.counter_id = fields.digest();
  header.parent = fields.mark();
  header.value = fields.number<std::uint64_t>();
  header.session.bytes = fields.array<16>();
  header.proposal = fields.number<std::uint64_t>();
  header.purpose = static_cast<Purpose>(fields.number<std::uint8_t>());
  header.policy = static_cast<Policy>(fields.number<std::uint8_t>());
  header.chain = fields.number<std::uint32_t>();
  const auto distance = fields.number<std::uint64_t>();
  const Base base{distance, {fields.digest()}};
  if (base != Base{}) header.base = base;
  if (const Root copied{fields.digest()}; copied != Root{}) header.copied = copied;
  const auto slots = fields.number<std::uint8_t>();
  for (unsigned i = 0; i < slots; ++i) {
    const Bytes slot = fields.raw(fields.number<std::uint16_t>());
    header.key_slots.emplace_back(slot.begin(), slot.end());
  }
  if (header.purpose == Purpose::move) {
    const Digest counter = fields.digest();
    const Mark parent = fields.mark();
    header.moves_to = Step{counter, parent, fields.number<std::uint64_t>()};
  }
  return header;
}

bool plausible(const GenerationHeader& header, std::size_t encoded_size) {
  return header.length % block_size == 0 && header.index_length <= largest_index &&
         header.index_offset >= encoded_size && header.index_offset <= header.length &&
         header.index_length <= header.length - header.index_offset &&
         header.length == whole_blocks(header.index_offset + header.index_length) &&
         header.chain <= longest_chain && (header.chain == 0) == !header.base &&
         (!header.base || (header.base->distance % block_size == 0 && header.base->distance > 0 &&
                           header.base->root != Root{})) &&
         (!header.moves_to || header.moves_to->counter_id != header.counter_id);
}

}  // namespace

Step GenerationHeader::on(const Digest& counter) const {
  if (moves_to && moves_to->counter_id == counter) return *moves_to;
  return {counter_id, parent, value};
}

std::size_t GenerationHeader::encoded_size() const noexcept {
  std::size_t size = fixed_size + (moves_to ? move_size : 0);
  for (const Buffer& slot : key_slots) size += sizeof(std::uint16_t) + slot.size();
  return size;
}

Buffer GenerationHeader::encode() const {
  Encoder fields;
  fields.raw(bytes_of(generation_magic));
  fields.number(static_cast<std::uint32_t>(encoded_size()));
  fields.number(length);
  fields.number(index_offset);
  fields.number(index_length);
  fields.digest(head);
  fields.raw(salt);
  fields.digest(key_commitment);
  fields.digest(counter_id);
  fields.mark(parent);
  fields.number(value);
  fields.raw(session.bytes);
  fields.number(proposal);
  fields.number(static_cast<std::uint8_t>(purpose));
  fields.number(static_cast<std::uint8_t>(policy));
  fields.number(chain);
  fields.number(base ? base->distance : 0);
  fields.digest(base ? base->root.digest : Digest{});
  fields.digest(copied ? copied->digest : Digest{});
  fields.number(static_cast<std::uint8_t>(key_slots.size()));
  for (const Buffer& slot : key_slots) {
    fields.number(static_cast<std::uint16_t>(slot.size()));
    fields.raw(slot);
  }
  if (moves_to) {
    fields.digest(moves_to->counter_id);
    fields.mark(moves_to->parent);
    fields.number(moves_to->value);
  }
  fields.digest(crypto::sha256({fields.bytes()}));
  return fields.take();
}

std::optional<GenerationHeader> GenerationHeader::decode(Bytes block, const Digest& head) {
  if (block.size() < fixed_size || !has_magic(block, generation_magic)) return std::nullopt;
  Decoder fields(block, "a generation's header");
  (void)fields.raw(generation_magic.size());
  const auto size = fields.number<std::uint32_t>();
  if (size < fixed_size || size > block_size || size > block.size()) return std::nullopt;
  const Bytes whole = block.first(size);
  if (!has_checksum(whole) ||
      !std::ranges::equal(whole.subspan(head_at, sizeof head), head.bytes)) {
    return std::nullopt;
  }
  demand_known(whole);
  try {
    Decoder covered(
        whole.first(size - checksum_size).subspan(generation_magic.size() + sizeof size),
        "a generation's header");
    GenerationHeader header = decode_fields(covered);
    covered.expect_end();
    if (!plausible(header, size)) return std::nullopt;
    return header;
  } catch (const Error&) {  // slots and a move's fields that do not fill it
    return std::nullopt;
  }
}

Buffer Note::encode() const {
  Encoder fields;
  fields.raw(bytes_of(note_magic));
  fields.digest(counter_id);
  fields.mark(mark);
  fields.digest(authenticator);
  fields.zeros_until(block_size - checksum_size);
  fields.digest(crypto::sha256({fields.bytes()}));
  return fields.take();
}

std::optional<Note> Note::decode(Bytes block) {
  if (block.size() < block_size || !has_magic(block, note_magic)) return std::nullopt;
  if (!has_checksum(block.first(block_size))) return std::nullopt;
  Decoder fields(block, "a note");
  (void)fields.raw(note_magic.size());
  Note note;
  note.counter_id = fields.digest();
  note.mark = fields.mark();
  note.authenticator = fields.digest();
  if (!all_zero(fields.raw(fields.remaining() - checksum_size))) return std::nullopt;
  return note;
}

Root root_of(Bytes header, Bytes sealed_index) {
  return {crypto::sha256({bytes_of("tidemark/1 root"), header, sealed_index})};
}

}  // namespace tidemark::container
