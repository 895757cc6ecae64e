// Measures on a real disk: in the folder that is named, else in the working directory.

#include <tidemark/error.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include "redis.h"
#include "small.h"

namespace {

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

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2) {
    std::fprintf(stderr, "usage: tidemark-bench [FOLDER]\n");
    return static_cast<int>(tidemark::Code::usage);
  }
  try {
    const Workplace workplace(argc == 2 ? argv[1] : ".");
    const std::filesystem::path folder = std::filesystem::absolute(workplace.folder());
    bench::small_checkpoint(folder);
    bench::small_checkpoint_with_redis(folder);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tidemark-bench: %s\n", error.what());
    return static_cast<int>(tidemark::Code::failed);
  }
  return 0;
}
