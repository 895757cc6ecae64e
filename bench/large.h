#pragma once

#include <cstddef>
#include <filesystem>

namespace bench {

struct Extent {
  std::size_t mebibytes = 1024;  ///< of the array
  int rounds = 6;
};

/// A full save of an array, encrypted, durable and committed, beside the same bytes written raw,
/// and by Boost.Serialization and cereal, which only make them durable. Works in `folder`.
void large_save(const std::filesystem::path& folder, const Extent& extent);

/// A restore from a warm cache: of an array alone, and of an array and a map of short strings,
/// beside a raw read, Boost.Serialization and cereal, and beside the floor: what populating memory,
/// reading and decrypting take without any of the library around them. Prints what a page fault
/// costs here, since that is most of it. Works in `folder`.
void large_restore(const std::filesystem::path& folder, const Extent& extent);

}  // namespace bench
