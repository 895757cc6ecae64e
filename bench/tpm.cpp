#include <cstdlib>
#include <memory>

#include "counter/tpm_chip.h"
#include "servers.h"
#include "tests/counter/software_tpm.h"

namespace bench {
namespace {

using tidemark::Digest;
using tidemark::counter::SoftwareTpm;
using tidemark::counter::TpmChip;
using tidemark::counter::TpmSession;

constexpr std::uint32_t some_index = 0x1800001;

/// Extends an index, in a session as the counter's. On a chip of its own: each would end the
/// other's exclusive use.
class BareTpm {
 public:
  BareTpm() : chip_(way_to(server_)), session_(salted(chip_)) {
    chip_.define(session_, some_index, Digest{}, authorization_);
    if (!chip_.find(some_index, authorization_)) throw std::runtime_error("the TPM refuses");
    chip_.extend(session_, TPMA_SESSION_AUDIT | TPMA_SESSION_AUDITRESET, Digest{});
  }

  void extend() {
    chip_.extend(session_, TPMA_SESSION_AUDIT | TPMA_SESSION_AUDITEXCLUSIVE, Digest{});
  }

 private:
  static std::string way_to(const SoftwareTpm& server) {
    return server.uri().substr(std::string_view("tpm:").size());
  }
  static TpmSession salted(TpmChip& chip) {
    auto session = chip.start_session(chip.endorsement());
    if (!session) throw std::runtime_error("the TPM refuses");
    return std::move(*session);
  }

  SoftwareTpm server_;
  TpmChip chip_;
  TpmSession session_;
  tidemark::crypto::Secret32 authorization_{};
};

Server start() {
  if (!SoftwareTpm::installed()) throw NotInstalled("there is no swtpm");
  // As the counter does. NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs
  ::setenv("TSS2_LOG", "all+none", 0);
  const auto server = std::make_shared<SoftwareTpm>();
  const auto bare = std::make_shared<BareTpm>();
  return {server->uri(), "NV_Extend", [server, bare] { bare->extend(); }};
}

}  // namespace

std::vector<Service> tpm_services() {
  return {{"tpm:, in software", [] { return start(); }}};
}

}  // namespace bench
