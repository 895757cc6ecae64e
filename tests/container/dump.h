#pragma once

#include <string>
#include <vector>

#include "io/file_system.h"
#include "key/source.h"

namespace tidemark::container {

/// All that the reader finds in a file.
struct Dump {
  std::string json{};                   ///< in the words and the layout of tests/vectors/decoder.py
  std::string refused{};                ///< why the whole file is refused, if it is
  std::vector<std::string> outcomes{};  ///< of each generation
  std::size_t notes = 0;                ///< that are authentic
};

/// Reads a file to its last byte. `given` is empty where the program was given no key.
[[nodiscard]] Dump dump(io::File& file, const key::Unlocker* given);

}  // namespace tidemark::container
