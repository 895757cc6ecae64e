#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

/// The text files in tests/vectors.
namespace tidemark::container {

/// A golden file: `size N`, then `OFFSET: HEX` lines, 32 bytes each, zeros left out.
[[nodiscard]] Buffer read_image(const std::filesystem::path& path);
[[nodiscard]] std::string image_of(Bytes content);

/// A golden file, edited, and what must come of it. docs/format.md, "What must be refused".
struct Vector {
  std::string name{};
  std::string key{};  ///< `given`, `wrong`, `passphrase`, `wrong-passphrase` or `none`
  Buffer content{};
  std::string expected{};  ///< `file CODE`, or the outcome of each generation
  std::size_t notes = 0;   ///< that are authentic
};

[[nodiscard]] std::vector<Vector> read_vectors(const std::filesystem::path& folder);

}  // namespace tidemark::container
