#include <cereal/archives/binary.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <fstream>

#include "peers.h"

namespace bench {
namespace {

void save(const std::filesystem::path& path, const Numbers& numbers, const Words* words) {
  {
    std::ofstream file(path, std::ios::binary);
    cereal::BinaryOutputArchive archive(file);
    archive(numbers);
    if (words != nullptr) archive(*words);
  }
  sync(path);
}

void load(const std::filesystem::path& path, Numbers& numbers, Words* words) {
  std::ifstream file(path, std::ios::binary);
  cereal::BinaryInputArchive archive(file);
  archive(numbers);
  if (words != nullptr) archive(*words);
}

}  // namespace

Peer cereal_binary() { return {"cereal", save, load}; }

}  // namespace bench
