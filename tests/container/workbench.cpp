#include "tests/container/workbench.h"

#include <algorithm>
#include <cstring>

#include "crypto/hash.h"
#include "key/passphrase_slot.h"
#include "key/slot.h"

namespace tidemark::container {

std::size_t MemoryFile::read_at(std::uint64_t offset, MutableBytes into) {
  if (offset >= content.size()) return 0;
  const auto rest = Bytes(content).subspan(static_cast<std::size_t>(offset));
  const auto part = rest.first(std::min(rest.size(), into.size()));
  std::ranges::copy(part, into.begin());
  bytes_read += part.size();
  return part.size();
}

void MemoryFile::write_at(std::uint64_t offset, Bytes bytes) {
  const auto at = static_cast<std::size_t>(offset);
  content.resize(std::max(content.size(), at + bytes.size()));
  std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(at));
  ++writes;
}

void SeededRandom::fill(MutableBytes into) {
  while (!into.empty()) {
    const std::uint64_t word = engine_();
    const std::size_t part = std::min(into.size(), sizeof word);
    std::memcpy(into.data(), &word, part);
    into = into.subspan(part);
  }
}

Buffer random_bytes(std::size_t size, std::uint64_t seed) {
  Buffer bytes(size);
  SeededRandom(seed).fill(bytes);
  return bytes;
}

Content section(std::string name, Buffer bytes) {
  Content content;
  content.name = std::move(name);
  content.bytes = std::move(bytes);
  return content;
}

std::unique_ptr<key::Unlocker> given_key() {
  crypto::Secret32 key;
  std::ranges::generate(key.mutable_bytes(), [next = 0]() mutable { return std::byte(next++); });
  return key::raw_unlocker(std::move(key));
}

std::unique_ptr<key::Unlocker> wrong_key() {
  crypto::Secret32 key;
  std::ranges::fill(key.mutable_bytes(), std::byte{0xff});
  return key::raw_unlocker(std::move(key));
}

std::unique_ptr<key::Unlocker> given_passphrase(std::string_view more) {
  const std::string text = "gr\xc3\xbc\xc3\x9f dich, Zebra 47!" + std::string(more);
  crypto::SecretBuffer passphrase(text.size());
  std::ranges::copy(bytes_of(text), passphrase.mutable_bytes().begin());
  return key::passphrase_unlocker(std::move(passphrase), key::smallest_cost);
}

namespace {

FileHead make_head(crypto::Cipher cipher, std::string name, Random& random) {
  FileHead head;
  head.cipher = cipher;
  head.lineage.bytes = random.array<16>();
  head.name = std::move(name);
  return head;
}

LineageKey make_key(const FileHead& head, Random& random) {
  if (head.cipher == crypto::Cipher::none) return LineageKey(head.lineage);
  crypto::Secret32 secret;
  random.fill(secret.mutable_bytes());
  return {head.lineage, std::move(secret)};
}

}  // namespace

Workbench::Workbench(crypto::Cipher cipher, std::uint64_t seed, std::string name)
    : key(LineageId{}), random(seed) {
  head = make_head(cipher, std::move(name), random);
  key = make_key(head, random);
  if (key.present()) {
    slots.push_back(given_key()->seal_slot(key.secret(), head.lineage.bytes, random));
  }
  counter_id = random.digest();
  mark = {0, counter_id};
  end = write_head(file, head);
}

Proposal Workbench::next() const {
  Proposal proposal;
  proposal.counter_id = counter_id;
  proposal.parent = mark;
  proposal.value = mark.value + 1;
  proposal.session.bytes.fill(std::byte{7});
  proposal.number = mark.value + 1;
  proposal.key_slots = slots;
  return proposal;
}

Proposal Workbench::next_move() {
  Proposal proposal = next();
  const Mark birth{0, random.digest()};
  proposal.purpose = Purpose::move;
  proposal.moves_to = Step{birth.digest, birth, 1};
  return proposal;
}

FoundGeneration Workbench::write(const Contents& contents, Proposal proposal) {
  GenerationWriter writer({head, key, *executor, random}, {file, end}, std::move(proposal));
  for (const Content& content : contents) {
    writer.add(content.name, content.type, [&](Sink& sink) { sink.write(content.bytes); });
  }
  auto found = writer.finish();
  end += found.header.length;
  mark = mark_of(found);
  return found;
}

FoundGeneration Workbench::refer_to(const FoundGeneration& base) {
  Proposal proposal = next();
  proposal.purpose = Purpose::take_over;
  proposal.base = base;
  GenerationWriter writer({head, key, *executor, random}, {file, end}, std::move(proposal));
  const auto index = open_index(file, head, base, key);
  for (const SectionEntry& entry : index.value().sections) writer.inherit(entry);
  auto found = writer.finish();
  end += found.header.length;
  mark = mark_of(found);
  return found;
}

FoundGeneration Workbench::write_changes(const FoundGeneration& base, const Content& content,
                                         std::vector<Run> runs) {
  Proposal proposal = next();
  proposal.base = base;
  GenerationWriter writer({head, key, *executor, random}, {file, end}, std::move(proposal));
  writer.add_changes(content.name, content.type, content.bytes, std::move(runs));
  auto found = writer.finish();
  end += found.header.length;
  mark = mark_of(found);
  return found;
}

void Workbench::write_note(const FoundGeneration& committed) {
  Note note{counter_id, mark_of(committed), {}};
  note.authenticator = key.authenticate(note);
  file.write_at(end, note.encode());
  end += block_size;
}

GenerationReader Workbench::open(const FoundGeneration& found) {
  return {file, head, found, key, *executor};
}

Contents Workbench::read(const FoundGeneration& found) {
  GenerationReader reader = open(found);
  return read_all(reader);
}

Contents read_all(GenerationReader& reader) {
  Contents contents;
  for (std::size_t i = 0; i < reader.sections().size(); ++i) {
    const SectionEntry& entry = reader.sections()[i];
    const auto source = reader.section(i);
    Buffer bytes(static_cast<std::size_t>(source->remaining()));
    source->read(bytes);
    contents.push_back({entry.name, entry.type, std::move(bytes)});
  }
  return contents;
}

Mark mark_of(const FoundGeneration& found) {
  return {found.header.parent.value + 1, found.root.digest};
}

void fix_checksum(Buffer& content, std::uint64_t offset) {
  const auto block = MutableBytes(content).subspan(static_cast<std::size_t>(offset));
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size |= std::to_integer<std::size_t>(block[8 + i]) << (8 * i);
  const Digest checksum = crypto::sha256({block.first(size - sizeof checksum)});
  std::ranges::copy(checksum.bytes, block.subspan(size - sizeof checksum).begin());
}

}  // namespace tidemark::container
