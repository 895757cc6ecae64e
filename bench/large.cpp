#include "large.h"

#include <tidemark/cereal.h>
#include <tidemark/tidemark.h>

#include <cereal/types/map.hpp>
#include <cereal/types/string.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>

#include "floor.h"
#include "measure.h"
#include "peers.h"

namespace bench {
namespace {

constexpr std::uint64_t number_of_words = 1'000'000;

Numbers some_numbers(const Extent& extent) {
  Numbers numbers((extent.mebibytes << 20) / sizeof(double));
  std::uint64_t value = 1;
  for (double& number : numbers) {
    value = value * 6364136223846793005U + 1442695040888963407U;
    number = static_cast<double>(value >> 11);
  }
  return numbers;
}

Words some_words() {
  Words words;
  for (std::uint64_t i = 0; i < number_of_words; ++i) {
    words.emplace_hint(words.end(), i * 7, "object number " + std::to_string(i));
  }
  return words;
}

tidemark::Options options(const std::filesystem::path& folder, const std::string& name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs
  ::setenv("TIDEMARK_BENCH_KEY", std::string(64, '7').c_str(), 1);
  return {.file = folder / (name + ".dat"),
          .lineage = name,
          .counter = tidemark::open_counter("file:" + (folder / "counters").string()),
          .key = tidemark::open_key("env:TIDEMARK_BENCH_KEY")};
}

tidemark::State state_of(Numbers& numbers, Words* words) {
  tidemark::State state;
  state.array("numbers", numbers);
  if (words != nullptr) state.object("words", *words);
  return state;
}

/// A lineage that is restored again and again.
class Lineage {
 public:
  Lineage(std::filesystem::path folder, std::string name, bool with_words)
      : folder_(std::move(folder)), name_(std::move(name)), with_words_(with_words) {}

  void create(Numbers& numbers, Words& words) const {
    tidemark::State state = state_of(numbers, with_words_ ? &words : nullptr);
    (void)tidemark::Session::create(options(folder_, name_), state);
  }

  void restore() {
    state_ = state_of(numbers_, with_words_ ? &words_ : nullptr);
    session_.emplace(tidemark::Session::restore(options(folder_, name_), state_));
  }

  void forget() {
    session_.reset();
    numbers_ = {};
    words_.clear();
  }

 private:
  std::filesystem::path folder_;
  std::string name_;
  bool with_words_;
  Numbers numbers_;
  Words words_;
  tidemark::State state_;
  std::optional<tidemark::Session> session_;
};

/// What is restored into, by those who only read a file.
struct Loaded {
  Numbers numbers;
  Words words;
};

void print_ratios(const std::vector<Result>& results) {
  const Result& ours = results.back();
  std::printf("  %s is", ours.name.c_str());
  for (const Result& peer : results) {
    if (&peer != &ours) std::printf(" %.2f x %s;", ours.median / peer.median, peer.name.c_str());
  }
  std::printf("\n");
}

/// Tidemark comes last.
void run(const std::string& title, const std::vector<Contender>& contenders, const Extent& extent) {
  const auto results = measure(contenders, extent.rounds);
  print(title, results);
  print_ratios(results);
}

void restore_of(const std::filesystem::path& folder, const Extent& extent, bool with_words,
                Numbers& numbers, Words& words) {
  const std::filesystem::path raw = folder / "raw";
  Loaded loaded;
  Lineage lineage(folder, with_words ? "both" : "array", with_words);
  lineage.create(numbers, words);
  std::vector<Contender> contenders;
  const auto add = [&](std::string name, std::function<void()> once, std::function<void()> after) {
    contenders.push_back({std::move(name), std::move(once),
                          [&] { touch_memory((extent.mebibytes + 256) << 20); }, std::move(after)});
  };
  const auto forget = [&] { loaded = {}; };
  if (!with_words) {
    write_raw(raw, numbers);
    add("raw read into a fresh vector", [&] { read_raw(raw, loaded.numbers); }, forget);
    add(
        "populate, read and decrypt, bare",
        [&] { populate_read_decrypt(raw, extent.mebibytes << 20); }, forget);
  }
  for (const Peer& peer : peers()) {
    const std::filesystem::path path = folder / peer.name;
    peer.save(path, numbers, with_words ? &words : nullptr);
    add(
        peer.name,
        [&loaded, with_words, peer, path] {
          peer.load(path, loaded.numbers, with_words ? &loaded.words : nullptr);
        },
        forget);
  }
  add("Tidemark", [&] { lineage.restore(); }, [&] { lineage.forget(); });
  run("Restore of " + std::to_string(extent.mebibytes) + " MiB of doubles" +
          (with_words ? " and a map of a million short strings" : "") + ", warm cache, " +
          std::to_string(extent.rounds) + " rounds",
      contenders, extent);
  for (const Peer& peer : peers()) std::filesystem::remove(folder / peer.name);
  std::filesystem::remove(raw);
}

}  // namespace

void large_save(const std::filesystem::path& folder, const Extent& extent) {
  Numbers numbers = some_numbers(extent);
  const std::filesystem::path written = folder / "written";
  const auto before = [&] {
    settle(folder);
    touch_memory((extent.mebibytes + 256) << 20);
  };
  const auto remove = [&] { std::filesystem::remove(written); };
  std::vector<Contender> contenders{
      {"raw write and fsync", [&] { write_raw(written, numbers); }, before, remove}};
  for (const Peer& peer : peers()) {
    contenders.push_back({peer.name + " and fsync",
                          [&, peer] { peer.save(written, numbers, nullptr); }, before, remove});
  }
  tidemark::State plain_state = state_of(numbers, nullptr);
  tidemark::Options plain_options = options(folder, "plain");
  plain_options.most_increments = 0;
  auto plain = tidemark::Session::create(std::move(plain_options), plain_state);
  tidemark::State state = state_of(numbers, nullptr);
  auto session = tidemark::Session::create(options(folder, "saved"), state);
  const auto change = [&] {
    for (double& number : numbers) ++number;
    before();
  };
  contenders.push_back({"Tidemark, most_increments = 0", [&] { plain.checkpoint(); }, change});
  contenders.push_back({"Tidemark, all changed", [&] { session.checkpoint(); }, change});
  run("Full save of " + std::to_string(extent.mebibytes) + " MiB of doubles, " +
          std::to_string(extent.rounds) + " rounds",
      contenders, extent);
}

void large_restore(const std::filesystem::path& folder, const Extent& extent) {
  Numbers numbers = some_numbers(extent);
  Words words = some_words();
  std::printf("A page fault costs %.2f us\n", page_fault().count() * 1e6);
  restore_of(folder, extent, false, numbers, words);
  restore_of(folder, extent, true, numbers, words);
}

}  // namespace bench
