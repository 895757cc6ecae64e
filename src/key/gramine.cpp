#include <tidemark/error.h>

#include <utility>

#include "crypto/hash.h"
#include "key/names.h"
#include "key/slot.h"
#include "key/sources.h"

namespace tidemark::key {
namespace {

constexpr std::size_t key_size = 16;

class GramineKey final : public Source {
 public:
  GramineKey(std::string name, std::filesystem::path folder)
      : name_(std::move(name)), folder_(std::move(folder)) {}

  [[nodiscard]] std::unique_ptr<Unlocker> load(std::string_view /*lineage*/, Missing /*missing*/,
                                               io::FileSystem& files,
                                               Random& /*random*/) const override {
    const auto path = folder_ / name_;
    if (files.type(path) == io::FileType::absent) {
      refuse("does not exist",
             "run the program under Gramine, and name a key of its manifest; those that begin with "
             "_sgx_ exist in an SGX enclave alone");
    }
    // One more than it may be, to see that there is none.
    crypto::SecretBuffer read(key_size + 1);
    const std::size_t size = files.read_special(path, read.mutable_bytes());
    if (size == 0) refuse("has not been set", "provide it, or set it in the manifest, first");
    if (size != key_size) refuse("is not of 16 raw bytes", "name a key of Gramine");
    return raw_unlocker(
        crypto::hkdf_sha256(read.bytes().first(key_size), {}, bytes_of("tidemark/1 gramine key")));
  }

  [[nodiscard]] std::string uri() const override { return "gramine:" + name_; }

 private:
  [[noreturn]] void refuse(const char* what, std::string advice) const {
    throw Error(Code::wrong_key, "the Gramine key " + (folder_ / name_).string() + " " + what,
                std::move(advice));
  }

  std::string name_;
  std::filesystem::path folder_;
};

}  // namespace

std::shared_ptr<const Source> gramine(std::string name, std::filesystem::path folder) {
  if (!is_plain_name(name)) {
    throw Error(Code::usage, "what follows gramine: is not the name of a key",
                "use gramine:NAME, with a name of letters, digits, _, - and . that begins with no "
                "dot");
  }
  return std::make_shared<GramineKey>(std::move(name), std::move(folder));
}

}  // namespace tidemark::key
