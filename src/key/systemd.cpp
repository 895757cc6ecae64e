#include <tidemark/error.h>

#include <cstdlib>
#include <filesystem>

#include "key/names.h"
#include "key/slot.h"
#include "key/sources.h"

namespace tidemark::key {
namespace {

constexpr const char* variable = "CREDENTIALS_DIRECTORY";
constexpr std::size_t key_size = 32;

/// Who may read a credential is systemd's business: with an access control list its mode looks open
/// to a group that it is not open to. So the mode is not looked at.
class Credential final : public Source {
 public:
  explicit Credential(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] std::unique_ptr<Unlocker> load(std::string_view /*lineage*/, Missing /*missing*/,
                                               io::FileSystem& files,
                                               Random& /*random*/) const override {
    const std::filesystem::path path = folder() / name_;
    if (files.type(path) != io::FileType::regular) refuse("is not there", pass_it_on());
    const auto file = files.open(path, io::Access::read);
    crypto::Secret32 key;
    const std::uint64_t size = file->size();
    if (size != key_size || file->read_at(0, key.mutable_bytes()) != key_size) {
      refuse("holds " + std::to_string(size) + " bytes", "give one of exactly 32 raw bytes");
    }
    return raw_unlocker(std::move(key));
  }

  [[nodiscard]] std::string uri() const override { return "systemd:" + name_; }

 private:
  [[nodiscard]] std::filesystem::path folder() const {
    const char* const value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
    if (value == nullptr || *value == '\0') {
      throw Error(
          Code::wrong_key,
          std::string("systemd gives this program no credentials: ") + variable + " is not set",
          pass_it_on());
    }
    std::filesystem::path folder = value;
    if (!folder.is_absolute()) {
      throw Error(Code::wrong_key, std::string(variable) + " is not an absolute path",
                  "leave it to systemd to set it");
    }
    return folder;
  }

  [[nodiscard]] std::string pass_it_on() const {
    return "put LoadCredential=" + name_ + ":PATH, or LoadCredentialEncrypted=, into its unit";
  }

  [[noreturn]] void refuse(const std::string& what, std::string advice) const {
    throw Error(Code::wrong_key, "the systemd credential " + name_ + " " + what, std::move(advice));
  }

  std::string name_;
};

}  // namespace

std::shared_ptr<const Source> systemd(std::string name) {
  if (!is_plain_name(name)) {
    throw Error(Code::usage, "what follows systemd: is not the name of a credential",
                "use systemd:NAME, with a name of letters, digits, _, - and . that begins with no "
                "dot");
  }
  return std::make_shared<Credential>(std::move(name));
}

}  // namespace tidemark::key
