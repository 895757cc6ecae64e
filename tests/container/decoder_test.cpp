#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <stdexcept>

#include "base/shell.h"
#include "tests/container/dump.h"
#include "tests/container/workbench.h"

/// The independent decoder, tests/vectors/decoder.py, against what was written here.
namespace tidemark::container {
namespace {

/// A folder that goes when the test does.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "tidemark-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] std::filesystem::path put(const std::string& name, Bytes content) const {
    std::ofstream(path_ / name, std::ios::binary) << text_of(content);
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

std::string output_of(const std::string& command) {
  std::string output;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::array<char, 4096> piece{};
  while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), pipe)) {
    output.append(piece.data(), got);
  }
  EXPECT_EQ(::pclose(pipe), 0);
  return output;
}

class RandomFile {
 public:
  explicit RandomFile(std::uint64_t seed)
      : random_(seed), bench_(static_cast<crypto::Cipher>(seed % 3), seed, name()) {}

  /// Generations of every kind, notes, holes, and a torn tail.
  MemoryFile& make() {
    std::vector<FoundGeneration> written;
    for (std::uint64_t items = 1 + number(6); items > 0; --items) {
      if (written.empty() || number(3) != 0) {
        written.push_back(number(5) == 0 ? bench_.write(contents(), bench_.next_move())
                                         : bench_.write(contents()));
      } else {
        written.push_back(bench_.refer_to(written[number(written.size())]));
      }
      if (number(3) == 0) bench_.write_note(written.back());
      if (number(6) == 0) hole();
    }
    tear();
    return bench_.file;
  }

  [[nodiscard]] bool sealed() const { return bench_.key.present(); }

 private:
  std::size_t number(std::size_t below) {
    std::uint64_t value = 0;
    random_.fill(std::as_writable_bytes(std::span(&value, 1)));
    return static_cast<std::size_t>(value % below);
  }

  std::string name() {
    const Buffer bytes = random_bytes(1 + number(number(5) == 0 ? 4600 : 40), number(1000));
    return std::string(text_of(bytes));
  }

  std::size_t size() {
    switch (number(8)) {
      case 0:
        return 0;
      case 1:
        return record_size - 1 + number(3);
      case 2:
        return 2 * record_size + number(100);
      default:
        return number(6000);
    }
  }

  Contents contents() {
    Contents all;
    for (std::size_t count = number(6); count > 0; --count) {
      Content one = section("s" + std::to_string(count), random_bytes(size(), count));
      if (number(2) == 0) one.name = std::string(1 + number(255), static_cast<char>(number(256)));
      one.type = {static_cast<SectionKind>(1 + number(3)), static_cast<ElementKind>(number(6)),
                  static_cast<std::uint32_t>(number(16)), static_cast<std::uint32_t>(number(5))};
      const bool taken = std::ranges::find(all, one.name, &Content::name) != all.end();
      if (!taken) all.push_back(std::move(one));
    }
    return all;
  }

  void hole() {
    bench_.file.write_at(bench_.end, random_bytes(block_size, number(1000)));
    bench_.end += block_size;
  }

  void tear() {
    Buffer& content = bench_.file.content;
    const std::size_t lost = std::min(number(3 * block_size), content.size() - 2 * block_size);
    switch (number(4)) {
      case 0:
        content.erase(content.end() - static_cast<std::ptrdiff_t>(lost), content.end());
        break;
      case 1:
        std::fill_n(content.rbegin(), lost, std::byte{0});
        break;
      case 2:
        std::fill_n(content.rbegin(), lost, std::byte{0x5a});
        break;
      default:
        break;
    }
  }

  SeededRandom random_;
  Workbench bench_;
};

TEST(Decoder, ReadsWhatIsWrittenHere) {
  const Scratch scratch;
  Buffer given(32);
  std::iota(reinterpret_cast<unsigned char*>(given.data()),
            reinterpret_cast<unsigned char*>(given.data()) + given.size(), std::uint8_t{0});
  const std::string key = scratch.put("key", given).string();
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    RandomFile random(seed);
    MemoryFile& file = random.make();
    const std::string path = scratch.put("dump.dat", file.content).string();
    const bool with_key = random.sealed() != (seed % 10 == 9);  // now and then the wrong choice
    const auto unlocker = with_key ? given_key() : nullptr;
    std::string command = "/usr/bin/python3 -B " + shell_word(TIDEMARK_DECODER);
    for (const auto& word : with_key ? std::vector{path, key} : std::vector{path}) {
      command += " " + shell_word(word);
    }
    ASSERT_EQ(output_of(command), dump(file, unlocker.get()).json) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tidemark::container
