#include <boost/archive/binary_iarchive.hpp>
#include <boost/archive/binary_oarchive.hpp>
#include <boost/serialization/map.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fstream>

#include "peers.h"

namespace bench {
namespace {

void save(const std::filesystem::path& path, const Numbers& numbers, const Words* words) {
  {
    std::ofstream file(path, std::ios::binary);
    boost::archive::binary_oarchive archive(file);
    archive << numbers;
    if (words != nullptr) archive << *words;
  }
  sync(path);
}

void load(const std::filesystem::path& path, Numbers& numbers, Words* words) {
  std::ifstream file(path, std::ios::binary);
  boost::archive::binary_iarchive archive(file);
  archive >> numbers;
  if (words != nullptr) archive >> *words;
}

}  // namespace

Peer boost_serialization() { return {"Boost.Serialization", save, load}; }

}  // namespace bench
