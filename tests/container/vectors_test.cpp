#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/container/dump.h"
#include "tests/container/image.h"
#include "tests/container/workbench.h"

namespace tidemark::container {
namespace {

const std::filesystem::path folder = TIDEMARK_VECTORS;

std::unique_ptr<key::Unlocker> key_of(const Vector& vector) {
  if (vector.key == "given") return given_key();
  if (vector.key == "wrong") return wrong_key();
  if (vector.key == "passphrase") return given_passphrase();
  if (vector.key == "wrong-passphrase") return given_passphrase(" ");
  return nullptr;
}

/// In the words of a vector's `expect`.
std::string outcome(const Dump& found) {
  if (!found.refused.empty()) return "file " + found.refused;
  std::string all;
  for (const std::string& one : found.outcomes) all += (all.empty() ? "" : " ") + one;
  return all.empty() ? "nothing" : all;
}

TEST(Vectors, AreReadAsTheySay) {
  const auto vectors = read_vectors(folder);
  EXPECT_GE(vectors.size(), 160U);
  for (const Vector& vector : vectors) {
    MemoryFile file(vector.content);
    const Dump found = dump(file, key_of(vector).get());
    EXPECT_EQ(outcome(found), vector.expected) << vector.name;
    EXPECT_EQ(found.notes, vector.notes) << vector.name;
  }
}

std::unique_ptr<key::Unlocker> key_of_golden(const std::string& name) {
  if (name == "none" || name == "records" || name == "pieces-across-records") return nullptr;
  return name == "passphrase" ? given_passphrase() : given_key();
}

/// Sealed by the other implementation.
TEST(Vectors, HoldTheSecretOfACounter) {
  const auto vectors = read_vectors(folder);
  const auto vector = std::ranges::find(vectors, "good-counter-secret", &Vector::name);
  ASSERT_NE(vector, vectors.end());
  const FileHead head = FileHead::decode(vector->content);
  ASSERT_TRUE(head.counter_secret);
  ASSERT_EQ(head.counter_secret->key_slots.size(), 2U);
  const auto key = given_key()->open_slot(head.counter_secret->key_slots[1], head.lineage.bytes);
  ASSERT_TRUE(key);
  const auto secret =
      open_counter_secret(*head.counter_secret, LineageKey(head.lineage, key->copy()));
  ASSERT_TRUE(secret);
  EXPECT_EQ(to_hex(secret->secret.bytes()), to_hex(Buffer(32, std::byte{7})));
  EXPECT_EQ(to_hex(secret->identity.bytes), to_hex(Buffer(32, std::byte{8})));
  LineageId other = head.lineage;
  other.bytes[0] ^= std::byte{1};
  EXPECT_FALSE(open_counter_secret(*head.counter_secret, LineageKey(other, key->copy())));
}

/// What version 1 wrote is read by every later version.
TEST(Golden, FilesAreReadAsBefore) {
  for (const std::string name : {"aes", "chacha", "none", "long-name", "records", "passphrase",
                                 "pieces", "pieces-across-records", "move"}) {
    MemoryFile file(read_image(folder / (name + ".image")));
    std::stringstream before;
    before << std::ifstream(folder / (name + ".json")).rdbuf();
    EXPECT_EQ(dump(file, key_of_golden(name).get()).json, before.str()) << name;
  }
}

}  // namespace
}  // namespace tidemark::container
