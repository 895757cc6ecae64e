#pragma once

#include <tidemark/tidemark.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace bench {

/// A lineage of a few numbers.
class SmallLineage {
 public:
  /// Kept in `folder`, in a file of its name.
  SmallLineage(const std::filesystem::path& folder, const std::string& name,
               const std::string& counter, const std::string& key)
      : session_(open(folder, name, counter, key)) {}

  void checkpoint() {
    ++numbers_[0];
    session_.checkpoint();
  }

 private:
  tidemark::Session open(const std::filesystem::path& folder, const std::string& name,
                         const std::string& counter, const std::string& key) {
    state_.array("numbers", numbers_);
    return tidemark::Session::create({.file = folder / (name + ".dat"),
                                      .lineage = name,
                                      .counter = tidemark::open_counter(counter),
                                      .key = tidemark::open_key(key)},
                                     state_);
  }

  std::vector<std::uint64_t> numbers_ = std::vector<std::uint64_t>(16);
  tidemark::State state_;
  tidemark::Session session_;
};

/// A source of keys that costs nothing to ask.
[[nodiscard]] inline std::string key_in_memory() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs yet
  ::setenv("TIDEMARK_BENCH_KEY", std::string(64, '7').c_str(), 1);
  return "env:TIDEMARK_BENCH_KEY";
}

}  // namespace bench
