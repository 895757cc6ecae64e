#include "counters.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "bare_file.h"
#include "measure.h"
#include "servers.h"
#include "small_lineage.h"

namespace bench {
namespace {

constexpr double most = 1.3;  // times the bare operation and the sync

constexpr const char* saved = "checkpoint, encrypted";
constexpr const char* without = "the same with memory:, which costs nothing";

Service file_service(const std::filesystem::path& folder) {
  return {"file:", [folder] {
            const auto bare = std::make_shared<BareFile>(folder / "counter");
            return Server{"file:" + (folder / "counter_file").string(), "write and sync",
                          [bare] { bare->overwrite_and_sync(); }};
          }};
}

std::vector<Service> services(const std::filesystem::path& folder) {
  std::vector<Service> all{file_service(folder)};
  const auto add = [&](const std::vector<Service>& some) {
    all.insert(all.end(), some.begin(), some.end());
  };
#ifdef TIDEMARK_BENCH_REDIS
  add(redis_services());
#endif
#ifdef TIDEMARK_BENCH_ETCD
  add(etcd_services());
#endif
#ifdef TIDEMARK_BENCH_TPM
  add(tpm_services());
#endif
  return all;
}

void measure_with(const Service& service, const Server& server, const std::filesystem::path& folder,
                  int rounds, Report& report) {
  const std::string both = server.operation + ", then a sync of the same bytes";
  BareFile file(folder / "bare");
  SmallLineage lineage(folder, "saved", server.counter, key_in_memory());
  SmallLineage in_memory(folder, "without", "memory:", key_in_memory());
  const auto results = measure({{both,
                                 [&] {
                                   server.operate();
                                   file.append_and_sync();
                                 }},
                                {saved, [&] { lineage.checkpoint(); }},
                                {without, [&] { in_memory.checkpoint(); }}},
                               rounds);
  report.table(
      "counters",
      "A small checkpoint with " + service.name + ", " + std::to_string(rounds) + " rounds",
      results);
  const Seconds save = median_of(results, saved);
  report.figure("saves with " + service.name, 1 / save.count(), "a second");
  report.figure("the counter's share of one", 100 * (1 - median_of(results, without) / save), "%");
  report.bound(service.name + ", checkpoint / " + server.operation + " and sync",
               save / median_of(results, both), most);
}

}  // namespace

void counters(const std::filesystem::path& folder, int rounds, Report& report) {
  // Where servers make their folders. NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs
  ::setenv("TMPDIR", folder.c_str(), 1);
  int number = 0;
  for (const Service& service : services(folder)) {
    const std::filesystem::path own = folder / ("counter" + std::to_string(++number));
    std::filesystem::create_directories(own);
    try {
      measure_with(service, service.start(), own, rounds, report);
    } catch (const NotInstalled& reason) {
      std::printf("\nA small checkpoint with %s: skipped, since %s\n", service.name.c_str(),
                  reason.what());
    }
    std::filesystem::remove_all(own);
  }
}

}  // namespace bench
