#pragma once

#include <stdlib.h>
#include <tidemark/tidemark.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace tidemark::session {

/// The code of the Error that `call` throws, ok if it throws none.
template <class Call>
Code code_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return Code::ok;
}

/// An application whose state is one number, its age.
struct Saver {
  Saver() { state.array("numbers", numbers); }

  std::uint64_t save(std::uint64_t age, Save save = Save::periodic) {
    numbers[0] = age;
    return session->checkpoint(save).value;
  }
  [[nodiscard]] std::uint64_t age() const { return numbers[0]; }

  std::vector<std::uint64_t> numbers{0};
  State state{};
  std::optional<Session> session{};
};

/// Where it is saved: a folder that is gone when this is destroyed.
class SavePlace {
 public:
  SavePlace() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "tidemark-save-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    folder_ = pattern;
    ::setenv("TIDEMARK_TEST_KEY", std::string(64, '5').c_str(), 1);
  }
  SavePlace(const SavePlace&) = delete;
  SavePlace& operator=(const SavePlace&) = delete;
  ~SavePlace() { std::filesystem::remove_all(folder_); }

  [[nodiscard]] Options options(const std::string& counter) const {
    return {.file = folder_ / "dump.dat",
            .lineage = "lineage",
            .counter = open_counter(counter),
            .key = open_key("env:TIDEMARK_TEST_KEY")};
  }

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

  /// FILE, as somebody can copy it who has the disk.
  [[nodiscard]] std::string copy() const {
    std::ifstream file(folder_ / "dump.dat", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void put_back(const std::string& copy) const {
    std::ofstream(folder_ / "dump.dat", std::ios::binary) << copy;
  }
  void clear() const { std::filesystem::remove(folder_ / "dump.dat"); }

 private:
  std::filesystem::path folder_;
};

}  // namespace tidemark::session
