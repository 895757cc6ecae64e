#include "restore.h"

#include <cstdio>
#include <deque>
#include <optional>

#include "cold.h"
#include "floor.h"
#include "lineages.h"

namespace bench {
namespace {

constexpr const char* raw = "raw read into a fresh vector";
constexpr const char* bare = "populate, read and decrypt, bare";

/// What is restored into, by those who only read a file.
struct Loaded {
  Numbers numbers;
  Words words;
};

/// The files of everybody, and who reads them.
class Stage {
 public:
  Stage(std::filesystem::path folder, const Extent& extent)
      : folder_(std::move(folder)), extent_(extent) {}

  void write(bool with_words) {
    Numbers numbers = some_numbers(extent_.mebibytes);
    Words words;
    if (with_words) words = some_words();
    Words* const also = with_words ? &words : nullptr;
    if (!with_words) {
      write_raw(folder_ / "raw", numbers);
      add(raw, folder_ / "raw", [this] { read_raw(folder_ / "raw", loaded_.numbers); });
      add(bare, folder_ / "raw",
          [this] { populate_read_decrypt(folder_ / "raw", extent_.bytes()); });
    }
    for (const Peer& peer : peers()) {
      const std::filesystem::path path = folder_ / peer.name;
      peer.save(path, numbers, also);
      add(peer.name, path, [this, peer, path, with_words] {
        peer.load(path, loaded_.numbers, with_words ? &loaded_.words : nullptr);
      });
    }
    std::vector<Path> paths = encrypting_paths();
    paths.insert(paths.begin(), Path::none);
    for (const Path path : paths) {
      const std::string name = "Tidemark, " + name_of(path);
      Restored& lineage = lineages_.emplace_back(folder_, name, path);
      lineage.create(numbers, also);
      add(
          name, lineage.file(), [&lineage] { lineage.restore(); },
          [&lineage] { lineage.forget(); });
    }
  }

  [[nodiscard]] std::vector<Result> warm() const {
    std::vector<Contender> contenders;
    contenders.reserve(readers_.size());
    for (const Reader& reader : readers_) contenders.push_back(reader.contender);
    return measure(contenders, extent_.rounds);
  }

  /// None where the system keeps files in memory.
  [[nodiscard]] std::vector<Result> cold() const {
    std::vector<Contender> contenders;
    bool forgets = true;
    for (const Reader& reader : readers_) {
      Contender& contender = contenders.emplace_back(reader.contender);
      contender.before = [&reader, &forgets] {
        reader.contender.before();
        forgets = forgets && drop_from_cache(reader.file);
      };
    }
    auto results = measure(contenders, extent_.rounds);
    if (!forgets) results.clear();
    return results;
  }

 private:
  struct Reader {
    Contender contender;
    std::filesystem::path file;
  };

  void add(std::string name, std::filesystem::path file, std::function<void()> once,
           const std::function<void()>& forget = {}) {
    const auto before = [this] { touch_memory(extent_.bytes() + (std::uint64_t{256} << 20)); };
    const auto after = [this, forget] {
      loaded_ = {};
      if (forget) forget();
    };
    readers_.push_back({{std::move(name), std::move(once), before, after}, std::move(file)});
  }

  std::filesystem::path folder_;
  Extent extent_;
  Loaded loaded_{};
  std::deque<Restored> lineages_{};
  std::deque<Reader> readers_{};
};

void judge(const std::vector<Result>& results, bool with_words, Report& report) {
  const Seconds ours = median_of(results, "Tidemark, " + name_of(Path::fast));
  const auto bound = [&](const std::string& other, double most) {
    report.bound(
        "restore of the array" + std::string(with_words ? " and the map" : "") + " / " + other,
        ours / median_of(results, other), most);
  };
  for (const Peer& peer : peers()) {
    if (peer.name == "Boost.Serialization") bound(peer.name, with_words ? 1 : 0.5);
    if (peer.name == "cereal" && !with_words) bound(peer.name, 1.0 / 3);
  }
  if (with_words) return;
  bound(raw, 0.5);
  bound(bare, 1.5);
}

void restore_of(const std::filesystem::path& folder, const Extent& extent, bool with_words,
                Report& report) {
  const auto title = [&](const std::string& cache) {
    return "Restore of " + std::to_string(extent.mebibytes) + " MiB of doubles" +
           (with_words ? " and a map of a million short strings" : "") + ", " + cache + " cache, " +
           std::to_string(extent.rounds) + " rounds";
  };
  Stage stage(folder, extent);
  stage.write(with_words);
  const auto warm = stage.warm();
  report.table("restore", title("warm"), warm);
  judge(warm, with_words, report);
  if (with_words) return;
  const auto cold = stage.cold();
  if (cold.empty()) {
    std::printf("\nA cold cache: left out, since the system keeps files in memory\n");
  } else {
    report.table("restore", title("cold"), cold);
  }
}

}  // namespace

Need need_of_restore(const Extent& extent) {
  const std::uint64_t words = std::uint64_t{512} << 20;
  return {.what = "restore",
          .state = extent.bytes(),
          .memory = 2 * extent.bytes() + words,
          .disk = 7 * extent.bytes() + words};
}

void large_restore(const std::filesystem::path& folder, const Extent& extent, Report& report) {
  for (const bool with_words : {false, true}) {
    const std::filesystem::path own = folder / (with_words ? "both" : "array");
    std::filesystem::create_directories(own);
    restore_of(own, extent, with_words, report);
    std::filesystem::remove_all(own);
  }
}

}  // namespace bench
