#include <tidemark/error.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "key/names.h"
#include "key/slot.h"
#include "key/sources.h"

namespace tidemark::key {
namespace {

constexpr std::size_t digits = 64;

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

class Environment final : public Source {
 public:
  explicit Environment(std::string variable) : variable_(std::move(variable)) {}

  [[nodiscard]] std::unique_ptr<Unlocker> load(std::string_view /*lineage*/, Missing /*missing*/,
                                               io::FileSystem& /*files*/,
                                               Random& /*random*/) const override {
    const char* const value = std::getenv(variable_.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value == nullptr) refuse("is not set");
    const std::string_view text(value);
    // Looked at first, so that nothing is decoded of a key with a slip in it, which would be left
    // behind in memory that nobody wipes.
    if (text.size() != digits || !std::ranges::all_of(text, is_hex_digit)) {
      refuse("does not hold 64 hexadecimal digits");
    }
    Buffer decoded = from_hex(text).value();
    crypto::Secret32 key;
    std::ranges::copy(decoded, key.mutable_bytes().begin());
    crypto::wipe(decoded);
    return raw_unlocker(std::move(key));
  }

  [[nodiscard]] std::string uri() const override { return "env:" + variable_; }

 private:
  /// The value is never shown.
  [[noreturn]] void refuse(const char* what) const {
    throw Error(Code::wrong_key, "the environment variable " + variable_ + " " + what,
                "set it to the key of this lineage, 64 hexadecimal digits");
  }

  std::string variable_;
};

}  // namespace

std::shared_ptr<const Source> environment(std::string variable) {
  if (!is_variable_name(variable)) {
    // It is not repeated: somebody may have put the key itself here.
    throw Error(Code::usage, "what follows env: is not the name of an environment variable",
                "use env:NAME, with a name of letters, digits and _ that begins with no digit");
  }
  return std::make_shared<Environment>(std::move(variable));
}

}  // namespace tidemark::key
