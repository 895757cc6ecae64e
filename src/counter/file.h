#pragma once

#include <tidemark/counter.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "counter/lineage_file.h"
#include "io/file_system.h"

namespace tidemark::counter {

/// Keeps the marks in a folder, in one file for each lineage: NAME.counter, where NAME is the
/// lower-case hexadecimal SHA-256 of the lineage's name (see LineageFile). It survives the death of
/// the process and of the machine, and stops accidents; whoever can write the folder can put it
/// back.
///
/// Where the file system refuses locks, as under Gramine, threads that share the object exclude
/// each other, but processes do not: there this counter does not keep two instances apart.
class FileCounter final : public Counter {
 public:
  /// `folder` is absolute. A birth makes it if it is missing; in all else missing means absent.
  FileCounter(io::FileSystem& files, Clock& clock, Random& random, std::filesystem::path folder);

  [[nodiscard]] std::optional<CounterReading> read(std::string_view name) override;
  [[nodiscard]] std::optional<Conflict> advance(std::string_view name,
                                                const std::optional<Mark>& from,
                                                const Mark& to) override;
  [[nodiscard]] std::string uri() const override;

 private:
  [[nodiscard]] LineageFile& file_of(std::string_view name);

  Surroundings surroundings_;
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::map<Digest, LineageFile> lineages_;  ///< by the SHA-256 of the name; guarded by the mutex
};

}  // namespace tidemark::counter
