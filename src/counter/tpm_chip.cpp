#include "counter/tpm_chip.h"

#include <tss2/tss2_mu.h>
#include <tss2/tss2_sys.h>
#include <tss2/tss2_tctildr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "counter/tpm_failure.h"
#include "crypto/hash.h"

namespace tidemark::counter {
namespace {

constexpr std::size_t digest_size = sizeof(Digest);

constexpr TPMA_NV index_attributes =
    TPMA_NV_AUTHREAD | TPMA_NV_AUTHWRITE | TPMA_NV_NO_DA |
    (static_cast<TPMA_NV>(TPM2_NT_EXTEND) << TPMA_NV_TPM2_NT_SHIFT);

/// What tpm2-tss gives away for good.
template <class T>
struct Freeing {
  void operator()(T* given) const { Esys_Free(given); }
};
template <class T>
using Given = std::unique_ptr<T, Freeing<T>>;

template <class Sized>
Sized sized(Bytes bytes) {
  Sized value{};
  value.size = static_cast<UINT16>(bytes.size());
  std::ranges::transform(bytes, value.buffer, [](std::byte byte) { return BYTE(byte); });
  return value;
}

template <class Sized>
Bytes bytes_in(const Sized& value) {
  return std::as_bytes(std::span(value.buffer).first(value.size));
}

/// The template of the TCG's EK credential profile for NIST P-256.
TPM2B_PUBLIC endorsement_template() {
  constexpr std::string_view policy =
      "837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa";
  TPM2B_PUBLIC key{};
  TPMT_PUBLIC& area = key.publicArea;
  area.type = TPM2_ALG_ECC;
  area.nameAlg = TPM2_ALG_SHA256;
  area.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                          TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_ADMINWITHPOLICY |
                          TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT;
  area.authPolicy = sized<TPM2B_DIGEST>(from_hex(policy).value());
  area.parameters.eccDetail.symmetric.algorithm = TPM2_ALG_AES;
  area.parameters.eccDetail.symmetric.keyBits.aes = 128;
  area.parameters.eccDetail.symmetric.mode.aes = TPM2_ALG_CFB;
  area.parameters.eccDetail.scheme.scheme = TPM2_ALG_NULL;
  area.parameters.eccDetail.curveID = TPM2_ECC_NIST_P256;
  area.parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
  area.unique.ecc.x.size = 32;
  area.unique.ecc.y.size = 32;
  return key;
}

/// The digest in the key's name, made here and not taken from anybody.
Digest name_of(const TPMT_PUBLIC& area) {
  std::array<BYTE, sizeof(TPMT_PUBLIC)> bytes{};
  std::size_t size = 0;
  check(Tss2_MU_TPMT_PUBLIC_Marshal(&area, bytes.data(), bytes.size(), &size));
  return crypto::sha256({std::as_bytes(std::span(bytes).first(size))});
}

/// Why there is no way to the chip.
ServerFailure no_way(std::string_view tcti) {
  constexpr std::string_view device = "device:";
  const std::string path(tcti.starts_with(device) ? tcti.substr(device.size()) : "");
  if (!path.empty() && ::access(path.c_str(), F_OK) != 0) {
    return {ServerFailure::Outcome::passing, "is not there: there is no " + path,
            "switch the TPM on in the firmware's set-up, or name the way to it, as in "
            "tpm:device:/dev/tpmrm0"};
  }
  if (!path.empty() && ::access(path.c_str(), R_OK | W_OK) != 0) {
    return {ServerFailure::Outcome::refused, "may not be used: no permission on " + path,
            "let the program's user join the group that owns it, which is tss on most systems"};
  }
  return {ServerFailure::Outcome::passing, "cannot be reached",
          "see that the way to it is named as tpm2-tss names it, and that somebody answers there"};
}

}  // namespace

TpmSession::TpmSession(TpmSession&& other) noexcept
    : esys_(other.esys_), handle_(std::exchange(other.handle_, ESYS_TR_NONE)) {}

TpmSession& TpmSession::operator=(TpmSession&& other) noexcept {
  std::swap(esys_, other.esys_);
  std::swap(handle_, other.handle_);
  return *this;
}

TpmSession::~TpmSession() {
  if (handle_ != ESYS_TR_NONE) Esys_FlushContext(esys_, handle_);
}

ESYS_TR TpmSession::with(TPMA_SESSION attributes) {
  check(Esys_TRSess_SetAttributes(esys_, handle_, attributes | TPMA_SESSION_CONTINUESESSION, 0xff));
  return handle_;
}

bool TpmSession::exclusive() const {
  TSS2_SYS_CONTEXT* sys = nullptr;
  TSS2L_SYS_AUTH_RESPONSE answer{};
  check(Esys_GetSysContext(esys_, &sys));
  check(Tss2_Sys_GetRspAuths(sys, &answer));
  constexpr TPMA_SESSION both = TPMA_SESSION_AUDIT | TPMA_SESSION_AUDITEXCLUSIVE;
  return answer.count == 1 && (answer.auths[0].sessionAttributes & both) == both;
}

/// A key in the chip, as long as this lives.
class TpmChip::Key {
 public:
  Key(ESYS_CONTEXT& esys, ESYS_TR handle, const Digest& name)
      : esys_(esys), handle_(handle), name_(name) {}
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key() { Esys_FlushContext(&esys_, handle_); }

  [[nodiscard]] ESYS_TR handle() const noexcept { return handle_; }
  [[nodiscard]] const Digest& name() const noexcept { return name_; }

 private:
  ESYS_CONTEXT& esys_;
  ESYS_TR handle_;
  Digest name_;
};

void TpmClosing::operator()(TSS2_TCTI_CONTEXT* tcti) const {
  if (process == ::getpid()) Tss2_TctiLdr_Finalize(&tcti);
}

void TpmClosing::operator()(ESYS_CONTEXT* esys) const {
  if (process == ::getpid()) Esys_Finalize(&esys);
}

TpmChip::TpmChip(const std::string& tcti) {
  TSS2_TCTI_CONTEXT* way = nullptr;
  if (Tss2_TctiLdr_Initialize(tcti.c_str(), &way) != TSS2_RC_SUCCESS) throw no_way(tcti);
  tcti_.reset(way);
  ESYS_CONTEXT* esys = nullptr;
  check(Esys_Initialize(&esys, way, nullptr));
  esys_.reset(esys);
}

TpmChip::~TpmChip() { close_index(); }

TpmChip::Key TpmChip::make_endorsement_key() {
  const TPM2B_SENSITIVE_CREATE nothing{};
  const TPM2B_PUBLIC wanted = endorsement_template();
  const TPM2B_DATA no_data{};
  const TPML_PCR_SELECTION no_registers{};
  ESYS_TR handle = ESYS_TR_NONE;
  TPM2B_PUBLIC* area = nullptr;
  check(Esys_CreatePrimary(esys_.get(), ESYS_TR_RH_ENDORSEMENT, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                           ESYS_TR_NONE, &nothing, &wanted, &no_data, &no_registers, &handle, &area,
                           nullptr, nullptr, nullptr));
  const Given<TPM2B_PUBLIC> given(area);
  return {*esys_, handle, name_of(area->publicArea)};
}

Digest TpmChip::endorsement() { return make_endorsement_key().name(); }

std::optional<TpmSession> TpmChip::start_session(const Digest& endorsement) {
  const Key key = make_endorsement_key();
  if (key.name() != endorsement) return std::nullopt;
  TPMT_SYM_DEF cipher{};
  cipher.algorithm = TPM2_ALG_AES;
  cipher.keyBits.aes = 128;
  cipher.mode.aes = TPM2_ALG_CFB;
  ESYS_TR session = ESYS_TR_NONE;
  check(Esys_StartAuthSession(esys_.get(), key.handle(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                              ESYS_TR_NONE, nullptr, TPM2_SE_HMAC, &cipher, TPM2_ALG_SHA256,
                              &session));
  return TpmSession(*esys_, session);
}

void TpmChip::close_index() noexcept {
  if (index_ != ESYS_TR_NONE) Esys_TR_Close(esys_.get(), &index_);
  index_ = ESYS_TR_NONE;
}

bool TpmChip::find(std::uint32_t index, const crypto::Secret32& authorization) {
  close_index();
  try {
    check(Esys_TR_FromTPMPublic(esys_.get(), index, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                &index_));
  } catch (const TpmFailure& failure) {
    index_ = ESYS_TR_NONE;
    if (failure.no_such_handle()) return false;
    throw;
  }
  auto secret = sized<TPM2B_AUTH>(authorization.bytes());
  const TSS2_RC set = Esys_TR_SetAuth(esys_.get(), index_, &secret);
  crypto::wipe(std::as_writable_bytes(std::span(secret.buffer)));
  check(set);
  return true;
}

std::optional<TpmIndexPublic> TpmChip::read_public(TpmSession& session, TPMA_SESSION attributes) {
  TPM2B_NV_PUBLIC* area = nullptr;
  TPM2B_NAME* name = nullptr;
  check(Esys_NV_ReadPublic(esys_.get(), index_, session.with(attributes | TPMA_SESSION_ENCRYPT),
                           ESYS_TR_NONE, ESYS_TR_NONE, &area, &name));
  const Given<TPM2B_NV_PUBLIC> given(area);
  const Given<TPM2B_NAME> given_name(name);
  const TPMS_NV_PUBLIC& shown = area->nvPublic;
  if ((shown.attributes & ~TPMA_NV_WRITTEN) != index_attributes ||
      shown.nameAlg != TPM2_ALG_SHA256 || shown.authPolicy.size != digest_size ||
      shown.dataSize != digest_size) {
    return std::nullopt;
  }
  TpmIndexPublic found{.written = (shown.attributes & TPMA_NV_WRITTEN) != 0};
  std::ranges::copy(bytes_in(shown.authPolicy), found.policy.bytes.begin());
  return found;
}

void TpmChip::define(TpmSession& session, std::uint32_t index, const Digest& policy,
                     const crypto::Secret32& authorization) {
  close_index();
  TPM2B_NV_PUBLIC area{};
  area.nvPublic.nvIndex = index;
  area.nvPublic.nameAlg = TPM2_ALG_SHA256;
  area.nvPublic.attributes = index_attributes;
  area.nvPublic.authPolicy = sized<TPM2B_DIGEST>(policy.bytes);
  area.nvPublic.dataSize = digest_size;
  auto secret = sized<TPM2B_AUTH>(authorization.bytes());
  const TSS2_RC defined =
      Esys_NV_DefineSpace(esys_.get(), ESYS_TR_RH_OWNER, session.with(TPMA_SESSION_DECRYPT),
                          ESYS_TR_NONE, ESYS_TR_NONE, &secret, &area, &index_);
  crypto::wipe(std::as_writable_bytes(std::span(secret.buffer)));
  if (defined != TSS2_RC_SUCCESS) index_ = ESYS_TR_NONE;
  check(defined);
}

void TpmChip::undefine(TpmSession& session) {
  check(Esys_NV_UndefineSpace(esys_.get(), ESYS_TR_RH_OWNER, index_, session.with(0), ESYS_TR_NONE,
                              ESYS_TR_NONE));
  index_ = ESYS_TR_NONE;
}

Digest TpmChip::read(TpmSession& session, TPMA_SESSION attributes) {
  TPM2B_MAX_NV_BUFFER* data = nullptr;
  check(Esys_NV_Read(esys_.get(), index_, index_, session.with(attributes | TPMA_SESSION_ENCRYPT),
                     ESYS_TR_NONE, ESYS_TR_NONE, digest_size, 0, &data));
  const Given<TPM2B_MAX_NV_BUFFER> given(data);
  Digest digest;
  if (data->size != digest_size) throw TpmFailure(TSS2_ESYS_RC_MALFORMED_RESPONSE);
  std::ranges::copy(bytes_in(*data), digest.bytes.begin());
  return digest;
}

void TpmChip::extend(TpmSession& session, TPMA_SESSION attributes, const Digest& by) {
  const auto data = sized<TPM2B_MAX_NV_BUFFER>(by.bytes);
  check(Esys_NV_Extend(esys_.get(), index_, index_, session.with(attributes | TPMA_SESSION_DECRYPT),
                       ESYS_TR_NONE, ESYS_TR_NONE, &data));
}

}  // namespace tidemark::counter
