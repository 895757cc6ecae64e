#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What a state would be saved with otherwise.
namespace bench {

using Numbers = std::vector<double>;
using Words = std::map<std::uint64_t, std::string>;

/// Makes what was written to `path` durable.
void sync(const std::filesystem::path& path);

/// Waits until the disk has nothing left to do from what came before, freed space included.
void settle(const std::filesystem::path& folder);

/// With a few large write calls, and a sync.
void write_raw(const std::filesystem::path& path, const Numbers& numbers);
void read_raw(const std::filesystem::path& path, Numbers& numbers);

/// One library that writes objects to a file, and the array alone or array and map.
struct Peer {
  std::string name;
  void (*save)(const std::filesystem::path&, const Numbers&, const Words*);
  void (*load)(const std::filesystem::path&, Numbers&, Words*);
};

/// Those that this build has. Says which are missing.
[[nodiscard]] std::vector<Peer> peers();

#ifdef TIDEMARK_BENCH_BOOST
[[nodiscard]] Peer boost_serialization();
#endif
[[nodiscard]] Peer cereal_binary();

}  // namespace bench
