#include "lineages.h"

#include <tidemark/cereal.h>

#include <cereal/types/map.hpp>
#include <cereal/types/string.hpp>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "crypto/fast_gcm.h"

namespace bench {
namespace {

constexpr std::uint64_t number_of_words = 1'000'000;

tidemark::State state_of(Numbers& numbers, Words* words) {
  tidemark::State state;
  state.array("numbers", numbers);
  if (words != nullptr) state.object("words", *words);
  return state;
}

bool has_fast_path() {
  return tidemark::crypto::make_fast_gcm(tidemark::crypto::Secret32{}) != nullptr;
}

}  // namespace

Numbers some_numbers(std::size_t mebibytes) {
  Numbers numbers((mebibytes << 20) / sizeof(double));
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

std::string name_of(Path path) {
  switch (path) {
    case Path::none:
      return "not encrypted";
    case Path::openssl:
      return "OpenSSL";
    case Path::fast:
      return has_fast_path() ? "fast path" : "OpenSSL";
  }
  return {};
}

std::vector<Path> encrypting_paths() {
  if (has_fast_path()) return {Path::openssl, Path::fast};
  std::printf("  fast path: skipped, since processor, system or build have none\n");
  return {Path::openssl};
}

OnPath::OnPath(Path path) { tidemark::crypto::use_fast_gcm(path == Path::fast); }
OnPath::~OnPath() { tidemark::crypto::use_fast_gcm(true); }

tidemark::Options options_for(const std::filesystem::path& folder, const std::string& name,
                              Path path) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread looks at the environment
  ::setenv("TIDEMARK_BENCH_KEY", std::string(64, '7').c_str(), 1);
  return {.file = folder / (name + ".dat"),
          .lineage = name,
          .counter = tidemark::open_counter("file:" + (folder / "counters").string()),
          .key = tidemark::open_key(path == Path::none ? "none" : "env:TIDEMARK_BENCH_KEY")};
}

SavedNumbers::SavedNumbers(tidemark::Options options, std::size_t mebibytes,
                           tidemark::Changes changes)
    : numbers_(some_numbers(mebibytes)), session_([&] {
        state_.array("numbers", numbers_, tidemark::Presence::required, changes);
        return tidemark::Session::create(std::move(options), state_);
      }()) {}

Restored::Restored(std::filesystem::path folder, std::string name, Path path)
    : folder_(std::move(folder)), name_(std::move(name)), path_(path) {}

void Restored::create(Numbers& numbers, Words* words) {
  const OnPath on(path_);
  with_words_ = words != nullptr;
  tidemark::State state = state_of(numbers, words);
  (void)tidemark::Session::create(options_for(folder_, name_, path_), state);
}

void Restored::restore() {
  const OnPath on(path_);
  state_ = state_of(numbers_, with_words_ ? &words_ : nullptr);
  session_.emplace(tidemark::Session::restore(options_for(folder_, name_, path_), state_));
}

void Restored::forget() {
  session_.reset();
  numbers_ = {};
  words_.clear();
}

std::filesystem::path Restored::file() const { return folder_ / (name_ + ".dat"); }

}  // namespace bench
