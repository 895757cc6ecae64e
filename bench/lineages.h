#pragma once

#include <tidemark/tidemark.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "peers.h"

/// The large states that are saved and restored, and what with.
namespace bench {

[[nodiscard]] Numbers some_numbers(std::size_t mebibytes);
[[nodiscard]] Words some_words();

/// How records are encrypted. `fast` is what the library takes by itself: OpenSSL too where
/// processor or system have nothing faster.
enum class Path { none, openssl, fast };

[[nodiscard]] std::string name_of(Path path);

/// Those that encrypt, each once.
[[nodiscard]] std::vector<Path> encrypting_paths();

/// Makes everything take this path, as long as it lives.
class OnPath {
 public:
  explicit OnPath(Path path);
  OnPath(const OnPath&) = delete;
  OnPath& operator=(const OnPath&) = delete;
  ~OnPath();
};

/// For a lineage in `folder`, in a file of its name.
[[nodiscard]] tidemark::Options options_for(const std::filesystem::path& folder,
                                            const std::string& name, Path path = Path::fast);

/// Numbers of its own, saved again and again.
class SavedNumbers {
 public:
  SavedNumbers(tidemark::Options options, std::size_t mebibytes,
               tidemark::Changes changes = tidemark::Changes::found);
  SavedNumbers(const SavedNumbers&) = delete;
  SavedNumbers& operator=(const SavedNumbers&) = delete;

  [[nodiscard]] Numbers& numbers() noexcept { return numbers_; }
  [[nodiscard]] tidemark::State& state() noexcept { return state_; }
  [[nodiscard]] tidemark::Session& session() noexcept { return session_; }

 private:
  Numbers numbers_;
  tidemark::State state_{};
  tidemark::Session session_;
};

/// A lineage that is restored again and again.
class Restored {
 public:
  Restored(std::filesystem::path folder, std::string name, Path path);

  /// Saves these, words only if there are any. They are not needed afterwards.
  void create(Numbers& numbers, Words* words);

  void restore();
  void forget();
  [[nodiscard]] std::filesystem::path file() const;

 private:
  std::filesystem::path folder_;
  std::string name_;
  Path path_;
  bool with_words_ = false;
  Numbers numbers_{};
  Words words_{};
  tidemark::State state_{};
  std::optional<tidemark::Session> session_{};
};

}  // namespace bench
