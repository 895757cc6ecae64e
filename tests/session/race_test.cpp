#include "race.h"

namespace tidemark::session {
namespace {

class FileStore final : public counter::Store {
 public:
  FileStore() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "tidemark-race-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
  }
  FileStore(const FileStore&) = delete;
  FileStore& operator=(const FileStore&) = delete;
  ~FileStore() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::shared_ptr<Counter> open() override {
    return open_counter("file:" + folder_.string());
  }

 private:
  std::filesystem::path folder_;
};

INSTANTIATE_TEST_SUITE_P(Counters, RaceTest,
                         testing::Values(counter::Backend{
                             "File", [] { return std::make_unique<FileStore>(); }}),
                         counter::backend_name);

}  // namespace
}  // namespace tidemark::session
