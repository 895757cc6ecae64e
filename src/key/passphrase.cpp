#include <tidemark/error.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "crypto/hash.h"
#include "key/names.h"
#include "key/passphrase_slot.h"
#include "key/sources.h"
#include "key/terminal.h"

namespace tidemark::key {
namespace {

constexpr std::size_t largest_passphrase = 1024;

bool is_control(std::byte c) { return c < std::byte{0x20} || c == std::byte{0x7f}; }

/// Throws unless every way to give a passphrase could give this one. `name` says where it is from;
/// what it is, is never shown.
void demand_usable(Bytes passphrase, const std::string& name) {
  if (passphrase.empty()) {
    throw Error(Code::wrong_key, name + " is empty", "give the passphrase of this lineage");
  }
  if (passphrase.size() > largest_passphrase) {
    throw Error(Code::wrong_key, name + " is too long", "use one of at most 1024 bytes");
  }
  if (std::ranges::any_of(passphrase, is_control)) {
    throw Error(Code::wrong_key, name + " holds a control character",
                "leave it out; often it is the end of a line");
  }
}

class Asked final : public Source {
 public:
  [[nodiscard]] std::unique_ptr<Unlocker> load(std::string_view /*lineage*/, Missing missing,
                                               io::FileSystem& /*files*/,
                                               Random& /*random*/) const override {
    SilentTerminal terminal;
    crypto::SecretBuffer passphrase = terminal.ask("passphrase: ");
    demand_usable(passphrase.bytes(), "the passphrase");
    if (missing == Missing::make) {
      const crypto::SecretBuffer again = terminal.ask("the same again: ");
      if (!crypto::equal(passphrase.bytes(), again.bytes())) {
        throw Error(Code::wrong_key, "the second passphrase is not the first",
                    "start again and type the same one twice");
      }
    }
    return passphrase_unlocker(std::move(passphrase));
  }

  [[nodiscard]] std::string uri() const override { return "passphrase:"; }
};

class FromEnvironment final : public Source {
 public:
  explicit FromEnvironment(std::string variable) : variable_(std::move(variable)) {}

  [[nodiscard]] std::unique_ptr<Unlocker> load(std::string_view /*lineage*/, Missing /*missing*/,
                                               io::FileSystem& /*files*/,
                                               Random& /*random*/) const override {
    const char* const value = std::getenv(variable_.c_str());  // NOLINT(concurrency-mt-unsafe)
    const std::string name = "the environment variable " + variable_;
    if (value == nullptr) {
      throw Error(Code::wrong_key, name + " is not set", "set it to the passphrase");
    }
    const Bytes given = bytes_of(std::string_view(value));
    demand_usable(given, name);
    crypto::SecretBuffer passphrase(given.size());
    std::ranges::copy(given, passphrase.mutable_bytes().begin());
    return passphrase_unlocker(std::move(passphrase));
  }

  [[nodiscard]] std::string uri() const override { return "passphrase:env=" + variable_; }

 private:
  std::string variable_;
};

}  // namespace

std::shared_ptr<const Source> asked_passphrase() { return std::make_shared<Asked>(); }

std::shared_ptr<const Source> environment_passphrase(const std::string& variable) {
  if (!is_variable_name(variable)) {
    // As in environment().
    throw Error(Code::usage, "what follows passphrase:env= is not the name of a variable",
                "use passphrase:env=NAME, with a name of letters, digits and _ that begins with no "
                "digit");
  }
  return std::make_shared<FromEnvironment>(variable);
}

}  // namespace tidemark::key
