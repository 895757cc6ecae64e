#include <tidemark/counter.h>
#include <tidemark/error.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "base/clock.h"
#include "base/random.h"
#include "base/state_home.h"
#include "base/uri.h"
#include "counter/etcd_open.h"
#include "counter/file.h"
#include "counter/memory.h"
#include "counter/redis_open.h"
#include "counter/tpm_open.h"
#include "io/posix.h"

namespace tidemark {
namespace {

/// A FileCounter with the outside world that it needs.
struct OwningFileCounter {
  explicit OwningFileCounter(std::filesystem::path folder)
      : counter(files, clock, random, std::move(folder)) {}

  io::PosixFileSystem files;
  SystemClock clock;
  SystemRandom random;
  counter::FileCounter counter;
};

Error wrong_uri(std::string what) {
  return {Code::usage, std::move(what),
          "name the counter by file:[FOLDER], redis[s]://HOST[:PORT], redis+unix:PATH, "
          "etcd://HOST[:PORT], tpm:[TCTI] or memory:, for example file:/var/lib/counters"};
}

/// Without `.` and doubled slashes. `..` stays, since what it means depends on links.
std::filesystem::path absolute_folder(const std::filesystem::path& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  if (error) {
    throw Error(Code::failed, "cannot tell the working directory: " + error.message(),
                "name the counter's folder by an absolute path");
  }
  std::filesystem::path folder;
  for (const auto& part : absolute) {
    if (!part.empty() && part != ".") folder /= part;
  }
  return folder;
}

std::shared_ptr<Counter> open_file_counter(const std::string& folder) {
  const auto owner = std::make_shared<OwningFileCounter>(folder.empty() ? state_home() / "counters"
                                                                        : absolute_folder(folder));
  return {owner, &owner->counter};
}

}  // namespace

std::shared_ptr<Counter> open_counter(std::string_view uri) {
  const auto parsed = parse_uri(uri);
  // What is not understood may hold a password, so no more than the scheme is ever shown.
  if (!parsed) throw wrong_uri("this is not the URI of a counter");
  if (parsed->scheme == "etcd") return counter::open_etcd_counter(*parsed);
  if (parsed->scheme == "file") return open_file_counter(parsed->rest);
  if (parsed->scheme == "redis" || parsed->scheme == "rediss" || parsed->scheme == "redis+unix") {
    return counter::open_redis_counter(*parsed);
  }
  if (parsed->scheme == "tpm") return counter::open_tpm_counter(*parsed);
  if (parsed->scheme != "memory") {
    throw wrong_uri("there are no counters of the kind " + parsed->scheme + ":");
  }
  if (!parsed->rest.empty()) throw wrong_uri("memory: takes nothing after its colon");
  return std::make_shared<counter::MemoryCounter>();
}

}  // namespace tidemark
