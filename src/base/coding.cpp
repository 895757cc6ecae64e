#include "base/coding.h"

#include <tidemark/error.h>

#include <string>

namespace tidemark {

void Encoder::mark(const Mark& mark) {
  number(mark.value);
  digest(mark.digest);
}

void Encoder::zeros_until(std::size_t size) {
  if (buffer_.size() < size) buffer_.resize(size);
}

Bytes Decoder::raw(std::uint64_t size) {
  if (size > rest_.size()) {
    throw Error(Code::damaged, std::string(what_) + " ends too early",
                "restore another copy of the file");
  }
  const Bytes field = rest_.first(static_cast<std::size_t>(size));
  rest_ = rest_.subspan(static_cast<std::size_t>(size));
  return field;
}

Digest Decoder::digest() { return {array<32>()}; }

Mark Decoder::mark() {
  const auto value = number<std::uint64_t>();
  return {value, digest()};
}

void Decoder::expect_end() const {
  if (!rest_.empty()) {
    throw Error(Code::damaged,
                std::string(what_) + " has " + std::to_string(rest_.size()) + " bytes too many",
                "restore another copy of the file");
  }
}

}  // namespace tidemark
