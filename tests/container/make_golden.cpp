#include <fstream>
#include <iostream>

#include "tests/container/dump.h"
#include "tests/container/image.h"
#include "tests/container/workbench.h"

/// Writes the golden files of tests/vectors: what version 1 wrote, for every later version to read.
/// Run once; what it wrote is kept.
namespace tidemark::container {
namespace {

void keep(const std::filesystem::path& folder, const std::string& name, Workbench& bench,
          const key::Unlocker* key) {
  std::ofstream(folder / (name + ".image")) << image_of(bench.file.content);
  std::ofstream(folder / (name + ".json")) << dump(bench.file, key).json;
}

void keep(const std::filesystem::path& folder, const std::string& name, Workbench& bench) {
  keep(folder, name, bench, bench.key.present() ? given_key().get() : nullptr);
}

Contents person(std::uint64_t seed) {
  Content object = section("person", random_bytes(40, seed));
  object.type = {SectionKind::object, ElementKind::none, 0, 1};
  Content array = section("field", random_bytes(8 * std::size_t{25}, seed + 1));
  array.type = {SectionKind::array, ElementKind::floating, 8, 0};
  return {object, array, section("empty", {})};
}

/// Two checkpoints and a take-over that refers to the second; notes behind the first and the last.
void keep_three_generations(const std::filesystem::path& folder, const std::string& name,
                            crypto::Cipher cipher, std::uint64_t seed) {
  Workbench bench(cipher, seed, "golden");
  bench.write_note(bench.write(person(1)));
  const auto second = bench.write(person(2));
  bench.write_note(bench.refer_to(second));
  keep(folder, name, bench);
}

/// The longest name, a head of two blocks, and slots of other kinds and for other keys.
void keep_long_name(const std::filesystem::path& folder) {
  std::string name;
  for (std::size_t i = 0; i < largest_name; ++i) name += static_cast<char>(i % 251);
  Workbench bench(crypto::Cipher::aes_256_gcm, 4, name);
  bench.slots.insert(bench.slots.begin(), random_bytes(100, 1));
  bench.slots.front().front() = std::byte{200};
  bench.slots.insert(
      bench.slots.begin() + 1,
      wrong_key()->seal_slot(bench.key.secret(), bench.head.lineage.bytes, bench.random));
  bench.write(person(3));
  keep(folder, "long-name", bench);
}

/// Sections of several records, of zeros, so that the image stays small.
void keep_records(const std::filesystem::path& folder) {
  Workbench bench(crypto::Cipher::none, 5, "golden");
  bench.write({section("more than one", Buffer(record_size + 1)),
               section("exactly one", Buffer(record_size))});
  keep(folder, "records", bench);
}

/// A section of which the second and the third generation hold pieces; the third makes it longer.
void keep_pieces(const std::filesystem::path& folder) {
  Workbench bench(crypto::Cipher::aes_256_gcm, 7, "golden");
  Buffer field = random_bytes(40, 5);
  const auto first = bench.write({section("field", field)});
  const auto second = bench.write_changes(first, section("field", field), {{4, 3}, {20, 8}});
  field.resize(60, std::byte{7});
  bench.write_changes(second, section("field", field), {{0, 1}, {40, 20}});
  keep(folder, "pieces", bench);
}

/// Pieces on both sides of a border of records, of zeros, so that the image stays small.
void keep_pieces_across_records(const std::filesystem::path& folder) {
  Workbench bench(crypto::Cipher::none, 8, "golden");
  const Content content = section("field", Buffer(2 * record_size + 10));
  const auto first = bench.write({content});
  bench.write_changes(first, content, {{record_size - 2, 4}, {2 * record_size, 10}});
  keep(folder, "pieces-across-records", bench);
}

/// A slot for a passphrase, at the smallest cost.
void keep_passphrase(const std::filesystem::path& folder) {
  Workbench bench(crypto::Cipher::aes_256_gcm, 6, "golden");
  const auto key = given_passphrase();
  bench.slots = {key->seal_slot(bench.key.secret(), bench.head.lineage.bytes, bench.random)};
  bench.write(person(4));
  keep(folder, "passphrase", bench, key.get());
}

/// A checkpoint under one counter, the move to another, and what followed there.
void keep_move(const std::filesystem::path& folder) {
  Workbench bench(crypto::Cipher::aes_256_gcm, 9, "golden");
  bench.write(person(5));
  const auto moved = bench.write(person(5), bench.next_move());
  bench.counter_id = moved.header.moves_to->counter_id;
  Proposal next = bench.next();
  next.parent = {1, moved.root.digest};
  next.value = 2;
  next.purpose = Purpose::take_over;
  bench.write_note(bench.write(person(6), next));
  keep(folder, "move", bench);
}

}  // namespace
}  // namespace tidemark::container

int main(int argc, char** argv) {
  using namespace tidemark;
  using namespace tidemark::container;
  if (argc != 2) {
    std::cerr << "usage: make_golden FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  keep_three_generations(folder, "aes", crypto::Cipher::aes_256_gcm, 1);
  keep_three_generations(folder, "chacha", crypto::Cipher::chacha20_poly1305, 2);
  keep_three_generations(folder, "none", crypto::Cipher::none, 3);
  keep_long_name(folder);
  keep_records(folder);
  keep_passphrase(folder);
  keep_pieces(folder);
  keep_pieces_across_records(folder);
  keep_move(folder);
  return 0;
}
