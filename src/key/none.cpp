#include "key/sources.h"

namespace tidemark::key {
namespace {

class NoKey final : public Source {
 public:
  [[nodiscard]] bool none() const noexcept override { return true; }

  [[nodiscard]] std::unique_ptr<Unlocker> load(std::string_view /*lineage*/, Missing /*missing*/,
                                               io::FileSystem& /*files*/,
                                               Random& /*random*/) const override {
    return nullptr;
  }

  [[nodiscard]] std::string uri() const override { return "none"; }
};

}  // namespace

std::shared_ptr<const Source> no_key() { return std::make_shared<NoKey>(); }

}  // namespace tidemark::key
