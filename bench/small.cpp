#include "small.h"

#include <string>

#include "bare_file.h"
#include "measure.h"
#include "small_lineage.h"

namespace bench {
namespace {

constexpr int rounds = 1000;

}  // namespace

void small_checkpoint(const std::filesystem::path& folder, Report& report) {
  BareFile first(folder / "first");
  BareFile second(folder / "second");
  const std::string counter = "file:" + (folder / "counters").string();
  SmallLineage encrypted(folder, "encrypted", counter, key_in_memory());
  SmallLineage plain(folder, "plain", counter, "none");
  report.table("small",
               "A small checkpoint with the file: counter, " + std::to_string(rounds) + " rounds",
               measure({{"bare writes of the same bytes to two files, synced",
                         [&] {
                           first.append_and_sync();
                           second.overwrite_and_sync();
                         }},
                        {"checkpoint, encrypted", [&] { encrypted.checkpoint(); }},
                        {"checkpoint, without a key", [&] { plain.checkpoint(); }}},
                       rounds));
}

}  // namespace bench
