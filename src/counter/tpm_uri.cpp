#include "counter/tpm_uri.h"

#include <tidemark/error.h>

#include <charconv>

#include "counter/server_uri.h"
#include "crypto/hash.h"

namespace tidemark::counter {
namespace {

// Of the handles of the TPM's own memory, those that are the owner's to give away.
constexpr std::uint32_t first_of_owner = 0x01800000;
constexpr std::uint32_t owner_mask = 0x003fffff;

constexpr std::uint32_t first_index = 0x01000000;
constexpr std::uint32_t last_index = 0x01ffffff;

std::uint32_t read_index(std::string_view text) {
  const char* const wrong = "nv= takes an index of the TPM from 0x1000000 to 0x1ffffff";
  if (!text.starts_with("0x")) throw WrongUri(wrong);
  text.remove_prefix(2);
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index, 16);
  if (error != std::errc() || end != text.data() + text.size() || index < first_index ||
      index > last_index) {
    throw WrongUri(wrong);
  }
  return index;
}

}  // namespace

std::string shown_index(std::uint32_t index) {
  std::string digits(8, '0');
  const char* const end =
      std::to_chars(digits.data(), digits.data() + digits.size(), index, 16).ptr;
  digits.resize(static_cast<std::size_t>(end - digits.data()));
  return "0x" + digits;
}

std::uint32_t TpmAddress::index_for(std::string_view name) const {
  if (index) return *index;
  const Digest digest = crypto::sha256({bytes_of(name)});
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) {
    number = number << 8 | std::to_integer<std::uint32_t>(digest.bytes[i]);
  }
  return first_of_owner | (number & owner_mask);
}

std::string TpmAddress::shown() const {
  return "tpm:" + tcti + (index ? "?nv=" + shown_index(*index) : "");
}

TpmAddress read_tpm_uri(const Uri& uri) {
  try {
    TpmAddress address;
    const auto [tcti, query] = split(uri.rest, '?');
    if (!tcti.empty()) address.tcti = tcti;
    const auto settings = read_settings(query, {"nv", "timeout"});
    for (const auto& [setting, value] : settings) {
      if (setting == "nv") address.index = read_index(value);
      if (setting == "timeout") address.timeout = read_timeout(value);
    }
    return address;
  } catch (const WrongUri& wrong) {
    throw Error(
        Code::usage, std::string("the counter's URI: ") + wrong.what(),
        "name it by tpm:[TCTI][?nv=INDEX], for example tpm:device:/dev/tpmrm0?nv=0x1800001");
  }
}

}  // namespace tidemark::counter
