// Measures on a real disk: in the folder that is named, else in the working directory.

#include <tidemark/error.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "large.h"
#include "redis.h"
#include "small.h"

namespace {

constexpr const char* usage =
    "usage: tidemark-bench [-folder FOLDER] [-mib SIZE] [-rounds N] [small | save | restore]...\n"
    "  -folder  where to write; default: the working directory\n"
    "  -mib     how large the array of the large states is; default: 1024\n"
    "  -rounds  how often each of the large ones is measured; default: 6, the first warms up\n";

/// A folder of its own for the run, gone afterwards.
class Workplace {
 public:
  explicit Workplace(const std::filesystem::path& where)
      : folder_(where / ("tidemark-bench-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  ~Workplace() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  std::filesystem::path folder_;
};

struct Wish {
  std::filesystem::path folder = ".";
  bench::Extent extent{};
  std::set<std::string_view> parts{};

  [[nodiscard]] bool wants(std::string_view part) const {
    return parts.empty() || parts.contains(part);
  }
};

/// At least 2: fewer rounds have no median, and less than 2 MiB is not large.
template <class Number>
bool parse(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 2;
}

bool parse(int argc, char** argv, Wish& wish) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "small" || word == "save" || word == "restore") {
      wish.parts.insert(word);
      continue;
    }
    if (++i == argc) return false;
    if (word == "-folder") {
      wish.folder = argv[i];
    } else if (word == "-mib") {
      if (!parse(argv[i], wish.extent.mebibytes)) return false;
    } else if (word == "-rounds") {
      if (!parse(argv[i], wish.extent.rounds)) return false;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Wish wish;
  if (!parse(argc, argv, wish)) {
    std::fputs(usage, stderr);
    return static_cast<int>(tidemark::Code::usage);
  }
  try {
    const Workplace workplace(wish.folder);
    const auto folder = std::filesystem::absolute(workplace.folder());
    if (wish.wants("small")) {
      bench::small_checkpoint(folder);
      bench::small_checkpoint_with_redis(folder);
    }
    if (wish.wants("save")) bench::large_save(folder, wish.extent);
    if (wish.wants("restore")) bench::large_restore(folder, wish.extent);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tidemark-bench: %s\n", error.what());
    return static_cast<int>(tidemark::Code::failed);
  }
  return 0;
}
