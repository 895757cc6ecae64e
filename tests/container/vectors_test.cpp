#include <gtest/gtest.h>

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
