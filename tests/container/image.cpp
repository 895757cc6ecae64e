#include "tests/container/image.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tidemark::container {
namespace {

constexpr std::size_t line_size = 32;

std::ifstream opened(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return file;
}

void put(Buffer& content, std::size_t offset, std::string_view hex) {
  const Buffer bytes = from_hex(hex).value();
  std::ranges::copy(bytes, MutableBytes(content).subspan(offset, bytes.size()).begin());
}

/// One line of a vector: a word, a colon, and what it says.
void apply(Vector& vector, const std::filesystem::path& folder, const std::string& word,
           const std::string& value) {
  std::istringstream words(value);
  std::size_t offset = 0;
  std::string hex;
  if (word == "base") {
    vector.content = read_image(folder / (value + ".image"));
  } else if (word == "key") {
    vector.key = value;
  } else if (word == "size") {
    vector.content.resize(std::stoul(value));
  } else if (word == "put" && words >> offset >> hex) {
    put(vector.content, offset, hex);
  } else if (word == "expect") {
    vector.expected = value;
  } else if (word == "notes") {
    vector.notes = std::stoul(value);
  } else if (word != "rule") {  // which only the decoder tells
    throw std::runtime_error(vector.name + ": what is \"" + word + "\"?");
  }
}

Vector read_vector(const std::filesystem::path& path) {
  Vector vector;
  vector.name = path.stem().string();
  std::ifstream file = opened(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    const std::size_t colon = line.find(": ");
    apply(vector, path.parent_path(), line.substr(0, colon), line.substr(colon + 2));
  }
  return vector;
}

}  // namespace

Buffer read_image(const std::filesystem::path& path) {
  std::ifstream file = opened(path);
  Buffer content;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("size ")) {
      content.resize(std::stoul(line.substr(5)));
    } else {
      const std::size_t colon = line.find(": ");
      put(content, std::stoul(line.substr(0, colon)), line.substr(colon + 2));
    }
  }
  return content;
}

std::string image_of(Bytes content) {
  std::ostringstream text;
  text << "size " << content.size() << '\n';
  for (std::size_t at = 0; at < content.size(); at += line_size) {
    const Bytes line = content.subspan(at, std::min(line_size, content.size() - at));
    if (!all_zero(line)) text << at << ": " << to_hex(line) << '\n';
  }
  return text.str();
}

std::vector<Vector> read_vectors(const std::filesystem::path& folder) {
  std::vector<Vector> vectors;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".vector") vectors.push_back(read_vector(entry.path()));
  }
  std::ranges::sort(vectors, {}, &Vector::name);
  return vectors;
}

}  // namespace tidemark::container
