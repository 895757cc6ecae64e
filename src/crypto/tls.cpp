#include "crypto/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <string_view>

#include "crypto/openssl.h"

namespace tidemark::crypto {
namespace {

using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Connection = std::unique_ptr<SSL, Deleter<SSL_free>>;

/// What OpenSSL complained of first in this thread; the rest are consequences.
std::string complaint() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const char* const reason = ERR_reason_error_string(error);
  return reason == nullptr ? "the conversation broke off" : reason;
}

void require(bool succeeded, const std::string& what) {
  if (!succeeded) throw TlsError(what + ": " + complaint());
}

/// A key that is itself encrypted is refused: else OpenSSL would ask on the terminal.
int give_no_passphrase(char* /*into*/, int /*size*/, int /*writing*/, void* /*user*/) { return -1; }

Context make_context(const TlsIdentity& identity) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_client_method()));
  demand(context != nullptr, "TLS");
  demand(SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1, "TLS 1.2");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_default_passwd_cb(context.get(), &give_no_passphrase);
  if (identity.ca.empty()) {
    require(SSL_CTX_set_default_verify_paths(context.get()) == 1, "the system's certificates");
  } else {
    require(SSL_CTX_load_verify_file(context.get(), identity.ca.c_str()) == 1, identity.ca);
  }
  if (identity.certificate.empty()) return context;
  const std::string& key = identity.key.empty() ? identity.certificate : identity.key;
  require(SSL_CTX_use_certificate_chain_file(context.get(), identity.certificate.c_str()) == 1,
          identity.certificate);
  require(SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) == 1, key);
  return context;
}

}  // namespace

struct TlsConversation::State {
  Context context;
  Connection connection;
  BIO* incoming = nullptr;  // both are the connection's
  BIO* outgoing = nullptr;

  /// What a call that did not succeed means: true if it only needs more from the other side.
  [[nodiscard]] bool needs_more(int result) const;
};

bool TlsConversation::State::needs_more(int result) const {
  const int error = SSL_get_error(connection.get(), result);
  if (error == SSL_ERROR_WANT_READ) return true;
  if (error == SSL_ERROR_ZERO_RETURN) throw TlsError("the other side ended the conversation");
  const long verified = SSL_get_verify_result(connection.get());
  if (verified != X509_V_OK) {
    ERR_clear_error();
    throw TlsError(std::string("its certificate is not trusted: ") +
                   X509_verify_cert_error_string(verified));
  }
  throw TlsError(complaint());
}

TlsConversation::TlsConversation(const TlsIdentity& identity, const std::string& host)
    : state_(std::make_unique<State>()) {
  state_->context = make_context(identity);
  state_->connection.reset(SSL_new(state_->context.get()));
  state_->incoming = BIO_new(BIO_s_mem());
  state_->outgoing = BIO_new(BIO_s_mem());
  demand(state_->connection && state_->incoming != nullptr && state_->outgoing != nullptr, "TLS");
  SSL* const ssl = state_->connection.get();
  SSL_set_bio(ssl, state_->incoming, state_->outgoing);
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) != 1) {  // then it is a name
    demand(SSL_set1_host(ssl, host.c_str()) == 1, "the name of a host");
    demand(SSL_set_tlsext_host_name(ssl, host.c_str()) == 1, "the name of a host");
  }
  SSL_set_connect_state(ssl);
}

TlsConversation::TlsConversation(TlsConversation&&) noexcept = default;
TlsConversation& TlsConversation::operator=(TlsConversation&&) noexcept = default;
TlsConversation::~TlsConversation() = default;

bool TlsConversation::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(state_->connection.get());
  return result == 1 || !state_->needs_more(result);
}

void TlsConversation::hide(Bytes plain) {
  if (plain.empty()) return;
  ERR_clear_error();
  std::size_t written = 0;
  const int result = SSL_write_ex(state_->connection.get(), plain.data(), plain.size(), &written);
  if (result != 1 || written != plain.size()) throw TlsError(complaint());
}

std::size_t TlsConversation::reveal(MutableBytes into) {
  ERR_clear_error();
  std::size_t size = 0;
  const int result = SSL_read_ex(state_->connection.get(), into.data(), into.size(), &size);
  if (result != 1) (void)state_->needs_more(result);
  return size;
}

Buffer TlsConversation::take_outgoing() {
  Buffer bytes(BIO_ctrl_pending(state_->outgoing));
  if (!bytes.empty()) {
    demand(BIO_read(state_->outgoing, bytes.data(), static_cast<int>(bytes.size())) ==
               static_cast<int>(bytes.size()),
           "TLS");
  }
  return bytes;
}

void TlsConversation::give_incoming(Bytes bytes) {
  demand(BIO_write(state_->incoming, bytes.data(), static_cast<int>(bytes.size())) ==
             static_cast<int>(bytes.size()),
         "TLS");
}

}  // namespace tidemark::crypto
