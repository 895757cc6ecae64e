#include "save.h"

#include <deque>

#include "by_hand.h"
#include "floor.h"
#include "lineages.h"

namespace bench {
namespace {

constexpr const char* raw = "raw write and fsync";
constexpr const char* whole = "Tidemark, most_increments = 0";
constexpr const char* as_it_comes = "Tidemark, as it comes, all changed";

/// The same array in all of them.
class Sessions {
 public:
  explicit Sessions(Numbers& numbers) : numbers_(numbers) {}

  [[nodiscard]] tidemark::Session& add(tidemark::Options options, Path path) {
    const OnPath on(path);
    tidemark::State& state = states_.emplace_back();
    state.array("numbers", numbers_);
    return sessions_.emplace_back(tidemark::Session::create(std::move(options), state));
  }

 private:
  Numbers& numbers_;
  std::deque<tidemark::State> states_{};
  std::deque<tidemark::Session> sessions_{};
};

void judge(const std::vector<Result>& results, Report& report) {
  for (const char* ours : {whole, as_it_comes}) {
    const Seconds time = median_of(results, ours);
    for (const Peer& peer : peers()) {
      if (peer.name != "Boost.Serialization") continue;
      report.bound(std::string(ours) + " / " + peer.name,
                   time / median_of(results, peer.name + " and fsync"), 1);
    }
    report.bound(std::string(ours) + " / raw", time / median_of(results, raw), 1.15);
  }
}

}  // namespace

Need need_of_save(const Extent& extent) {
  return {.what = "save",
          .state = extent.bytes(),
          .memory = 5 * extent.bytes(),
          .disk = 6 * extent.bytes()};
}

void large_save(const std::filesystem::path& folder, const Extent& extent, Report& report) {
  Numbers numbers = some_numbers(extent.mebibytes);
  const std::filesystem::path written = folder / "written";
  const auto before = [&] {
    for (double& number : numbers) ++number;
    settle(folder);
    touch_memory(extent.bytes());
  };
  std::vector<Contender> contenders;
  const auto add_other = [&](std::string name, std::function<void()> once) {
    contenders.push_back({std::move(name), std::move(once), before,
                          [&written] { std::filesystem::remove(written); }});
  };
  add_other(raw, [&] { write_raw(written, numbers); });
  for (const Peer& peer : peers()) {
    add_other(peer.name + " and fsync", [&, peer] { peer.save(written, numbers, nullptr); });
  }
  add_other("by hand: cereal, AES-GCM, fsync", [&] { save_by_hand(written, numbers); });

  Sessions sessions(numbers);
  const auto add = [&](std::string name, tidemark::Options options, Path path) {
    tidemark::Session& session = sessions.add(std::move(options), path);
    contenders.push_back({std::move(name),
                          [&session, path] {
                            const OnPath on(path);
                            session.checkpoint();
                          },
                          before});
  };
  tidemark::Options plain = options_for(folder, "plain");
  plain.most_increments = 0;
  add("Tidemark, not encrypted, all changed", options_for(folder, "bare", Path::none), Path::none);
  add("Tidemark, OpenSSL, all changed", options_for(folder, "openssl"), Path::openssl);
  add(whole, std::move(plain), Path::fast);
  add(as_it_comes, options_for(folder, "saved"), Path::fast);
  const auto results = measure(contenders, extent.rounds);
  report.table("save",
               "Full save of " + std::to_string(extent.mebibytes) + " MiB of doubles, " +
                   std::to_string(extent.rounds) + " rounds",
               results);
  judge(results, report);
}

}  // namespace bench
