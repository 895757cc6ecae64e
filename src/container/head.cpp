#include <tidemark/error.h>

#include "base/coding.h"
#include "container/format.h"
#include "crypto/hash.h"

namespace tidemark::container {
namespace {

constexpr std::string_view magic = "TIDEMARK";
constexpr std::size_t start_size = 16;  // magic, version, flags, size
constexpr std::size_t room = 64;        // for the fields beside the name, and some to come
constexpr std::size_t checksum_size = 32;
constexpr std::uint16_t counter_secret_kind = 1;
constexpr std::size_t extension_header_size = 4;  // kind, size

[[noreturn]] void refuse(const char* what) {
  throw Error(Code::damaged, what,
              "name a file that Tidemark wrote, or restore another copy of it");
}

[[noreturn]] void refuse_unknown() {
  throw Error(Code::unsupported,
              "the file uses a cipher or a feature that this program does not know",
              "use the newer program that wrote it");
}

std::size_t content_size(const SealedSecret& secret) {
  std::size_t size = 1 + secret.salt.size() + secret.sealed.size();
  for (const Buffer& slot : secret.key_slots) size += 2 + slot.size();
  return size;
}

void encode(const SealedSecret& secret, Encoder& fields) {
  fields.number(counter_secret_kind);
  fields.number(static_cast<std::uint16_t>(content_size(secret)));
  fields.number(static_cast<std::uint8_t>(secret.key_slots.size()));
  for (const Buffer& slot : secret.key_slots) {
    fields.number(static_cast<std::uint16_t>(slot.size()));
    fields.raw(slot);
  }
  fields.raw(secret.salt);
  fields.raw(secret.sealed);
}

SealedSecret decode_secret(Decoder& fields) {
  const auto kind = fields.number<std::uint16_t>();
  if (kind != counter_secret_kind) refuse_unknown();
  const auto size = fields.number<std::uint16_t>();
  SealedSecret secret;
  const auto slots = fields.number<std::uint8_t>();
  for (unsigned i = 0; i < slots; ++i) {
    const Bytes slot = fields.raw(fields.number<std::uint16_t>());
    secret.key_slots.emplace_back(slot.begin(), slot.end());
  }
  secret.salt = fields.array<32>();
  secret.sealed = fields.array<80>();
  if (content_size(secret) != size) refuse("the head of the file is damaged");
  return secret;
}

}  // namespace

std::size_t FileHead::encoded_size() const noexcept {
  const std::size_t extension =
      counter_secret ? extension_header_size + content_size(*counter_secret) : 0;
  return whole_blocks(room + name.size() + extension + checksum_size);
}

Buffer FileHead::encode() const {
  Encoder fields;
  fields.raw(bytes_of(magic));
  fields.number(format_version);
  fields.number<std::uint16_t>(0);
  const std::size_t size = encoded_size();
  fields.number(static_cast<std::uint32_t>(size));
  fields.number(static_cast<std::uint8_t>(cipher));
  fields.raw(lineage.bytes);
  fields.number(static_cast<std::uint16_t>(name.size()));
  fields.raw(bytes_of(name));
  fields.number<std::uint16_t>(counter_secret ? 1 : 0);
  if (counter_secret) tidemark::container::encode(*counter_secret, fields);
  fields.zeros_until(size - checksum_size);
  fields.digest(crypto::sha256({fields.bytes()}));
  return fields.take();
}

FileHead FileHead::decode(Bytes bytes) {
  if (bytes.size() < magic.size() || text_of(bytes.first(magic.size())) != magic) {
    refuse(bytes.empty() ? "the file is empty" : "this is not a Tidemark file");
  }
  Decoder start(bytes.subspan(magic.size()), "the head of the file");
  const auto version = start.number<std::uint16_t>();
  const auto flags = start.number<std::uint16_t>();
  const auto size = start.number<std::uint32_t>();
  if (version != format_version) {
    throw Error(Code::unsupported,
                "the file has format version " + std::to_string(version) +
                    ", this program knows version " + std::to_string(format_version),
                "use the program that wrote it");
  }
  if (flags != 0) refuse_unknown();
  if (size % block_size != 0 || size == 0 || size > largest_head || size > bytes.size()) {
    refuse("the head of the file is damaged");
  }
  const Bytes covered = bytes.first(size - checksum_size);
  if (crypto::sha256({covered}) != digest_of(bytes.first(size))) {
    refuse("the head of the file is damaged");
  }
  Decoder fields(covered.subspan(start_size), "the head of the file");
  FileHead head;
  const auto cipher = fields.number<std::uint8_t>();
  head.lineage.bytes = fields.array<16>();
  const auto name_size = fields.number<std::uint16_t>();
  if (name_size == 0 || name_size > largest_name) refuse("the head of the file is damaged");
  head.name = text_of(fields.raw(name_size));
  const auto extensions = fields.number<std::uint16_t>();
  if (cipher > static_cast<std::uint8_t>(crypto::Cipher::chacha20_poly1305) || extensions > 1) {
    refuse_unknown();
  }
  head.cipher = static_cast<crypto::Cipher>(cipher);
  if (extensions == 1) {
    if (head.cipher == crypto::Cipher::none) refuse_unknown();
    head.counter_secret = decode_secret(fields);
  }
  if (head.encoded_size() != size || !all_zero(fields.raw(fields.remaining()))) {
    refuse("the head of the file is damaged");
  }
  return head;
}

Digest digest_of(Bytes encoded_head) {
  Decoder fields(encoded_head.last(checksum_size), "a head");
  return fields.digest();
}

}  // namespace tidemark::container
