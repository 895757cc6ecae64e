#include "tests/container/dump.h"

#include <tidemark/error.h>

#include <algorithm>

#include "crypto/hash.h"
#include "tests/container/json.h"
#include "tests/container/workbench.h"

namespace tidemark::container {
namespace {

constexpr std::string_view ciphers[] = {"none", "aes-256-gcm", "chacha20-poly1305"};
constexpr std::string_view purposes[] = {"",           "checkpoint", "take-over",
                                         "start-over", "used",       "move"};
constexpr std::string_view policies[] = {"", "hand-over", "single-use"};
constexpr std::string_view kinds[] = {"", "object", "array", "memory"};
constexpr std::string_view elements[] = {"none",   "other",    "boolean",
                                         "signed", "unsigned", "floating"};

std::unique_ptr<LineageKey> key_for(const FileHead& head, const GenerationHeader& header,
                                    const key::Unlocker* given) {
  if (given == nullptr) {
    auto none = std::make_unique<LineageKey>(head.lineage);
    const bool right = head.cipher == crypto::Cipher::none && fits(header, *none);
    return right ? std::move(none) : nullptr;
  }
  if (head.cipher == crypto::Cipher::none) return nullptr;
  for (const Buffer& slot : header.key_slots) {
    if (auto secret = given->open_slot(slot, head.lineage.bytes)) {
      auto key = std::make_unique<LineageKey>(head.lineage, std::move(*secret));
      if (fits(header, *key)) return key;
    }
  }
  return nullptr;
}

Json shown(const Mark& mark) {
  return Json::Object{{"value", Json::number(mark.value)},
                      {"digest", Json::hex(mark.digest.bytes)}};
}

Json shown(const Content& content, bool inherits) {
  return Json::Object{
      {"name", Json::text(content.name)},
      {"kind", Json::text(kinds[static_cast<std::size_t>(content.type.kind)])},
      {"element", Json::text(elements[static_cast<std::size_t>(content.type.element)])},
      {"element_size", Json::number(content.type.element_size)},
      {"class_version", Json::number(content.type.class_version)},
      {"length", Json::number(content.bytes.size())},
      {"inherits", Json::boolean(inherits)},
      {"sha256", Json::hex(crypto::sha256({content.bytes}).bytes)}};
}

Json::Object shown(const FoundGeneration& found) {
  const GenerationHeader& header = found.header;
  Json base;
  if (header.base) {
    base = Json::Object{{"distance", Json::number(header.base->distance)},
                        {"root", Json::hex(header.base->root.digest.bytes)}};
  }
  Json::Object object{{"offset", Json::number(found.offset)},
                      {"length", Json::number(header.length)},
                      {"value", Json::number(header.value)},
                      {"counter_id", Json::hex(header.counter_id.bytes)},
                      {"parent", shown(header.parent)},
                      {"root", Json::hex(found.root.digest.bytes)},
                      {"mark", shown(mark_of(found))},
                      {"session", Json::hex(header.session.bytes)},
                      {"proposal", Json::number(header.proposal)},
                      {"purpose", Json::text(purposes[static_cast<std::size_t>(header.purpose)])},
                      {"policy", Json::text(policies[static_cast<std::size_t>(header.policy)])},
                      {"chain", Json::number(header.chain)},
                      {"base", base},
                      {"copied", header.copied ? Json::hex(header.copied->digest.bytes) : Json()},
                      {"slots", Json::number(header.key_slots.size())}};
  if (const auto& there = header.moves_to) {
    object.emplace("moves_to", Json::Object{{"counter_id", Json::hex(there->counter_id.bytes)},
                                            {"parent", shown(there->parent)},
                                            {"value", Json::number(there->value)}});
  }
  return object;
}

/// Reads one generation after the other, and remembers the keys that opened them.
class Dumper {
 public:
  Dumper(io::File& file, const key::Unlocker* given) : file_(file), given_(given) {}

  Dump run() {
    Dump result;
    const FileScan scanned = scan(file_);
    Json::Array generations;
    for (const FoundGeneration& found : scanned.generations) {
      Json::Object object = shown(found);
      Json::Array sections;
      const std::string outcome = read(scanned.head, found, sections);
      object.emplace("outcome", Json::text(outcome));
      object.emplace("sections", sections);
      result.outcomes.push_back(outcome);
      generations.emplace_back(std::move(object));
    }
    Json::Array notes;
    for (const Note& note : scanned.notes) {
      const bool authentic = is_authentic(note);
      result.notes += authentic ? 1 : 0;
      notes.emplace_back(Json::Object{{"counter_id", Json::hex(note.counter_id.bytes)},
                                      {"mark", shown(note.mark)},
                                      {"authentic", Json::boolean(authentic)}});
    }
    const Json head =
        Json::Object{{"cipher", Json::text(ciphers[static_cast<std::size_t>(scanned.head.cipher)])},
                     {"lineage", Json::hex(scanned.head.lineage.bytes)},
                     {"name", Json::text(scanned.head.name)},
                     {"size", Json::number(scanned.head.encoded_size())}};
    const std::string outcome = result.outcomes.empty() ? "nothing" : result.outcomes.back();
    const Json all = Json::Object{
        {"outcome", Json::text(outcome)},   {"head", head},
        {"generations", generations},       {"notes", notes},
        {"end", Json::number(scanned.end)}, {"unreadable", Json::boolean(scanned.unreadable)}};
    result.json = all.print() + '\n';
    return result;
  }

 private:
  std::string read(const FileHead& head, const FoundGeneration& found, Json::Array& sections) {
    auto key = key_for(head, found.header, given_);
    if (!key) return "wrong_key";
    try {
      GenerationReader reader(file_, head, found, *key, executor_);
      keys_.push_back(std::move(key));
      const Contents contents = read_all(reader);
      for (std::size_t i = 0; i < contents.size(); ++i) {
        sections.push_back(shown(contents[i], reader.sections()[i].inherits()));
      }
      return "ok";
    } catch (const Error& error) {
      return std::string(name(error.code()));
    }
  }

  bool is_authentic(const Note& note) const {
    return std::ranges::any_of(
        keys_, [&](const auto& key) { return key->authenticate(note) == note.authenticator; });
  }

  io::File& file_;
  const key::Unlocker* given_;
  InlineExecutor executor_{};
  std::vector<std::unique_ptr<LineageKey>> keys_{};
};

}  // namespace

Dump dump(io::File& file, const key::Unlocker* given) {
  try {
    return Dumper(file, given).run();
  } catch (const Error& error) {
    Dump refused;
    refused.refused = name(error.code());
    const Json all = Json::Object{{"outcome", Json::text(refused.refused)}};
    refused.json = all.print() + '\n';
    return refused;
  }
}

}  // namespace tidemark::container
