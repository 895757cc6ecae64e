#include <hiredis/hiredis.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <optional>

#include "servers.h"
#include "tests/counter/redis_server.h"

namespace bench {
namespace {

using tidemark::counter::Certificates;
using tidemark::counter::RedisServer;

constexpr std::size_t mark_size = 67;  // in text, for values of two digits

template <auto function>
struct Calling {
  void operator()(auto* pointer) const { function(pointer); }
};

/// Sets a key, with nothing in between but TLS.
class BareRedis {
 public:
  BareRedis(std::uint16_t port, const Certificates* certificates) {
    if (certificates != nullptr) {
      tls_.reset(::SSL_CTX_new(::TLS_client_method()));
      ::SSL_CTX_set_verify(tls_.get(), SSL_VERIFY_PEER, nullptr);
      if (::SSL_CTX_load_verify_file(tls_.get(), certificates->ca().c_str()) != 1 ||
          ::SSL_CTX_use_certificate_file(tls_.get(), certificates->client().c_str(),
                                         SSL_FILETYPE_PEM) != 1 ||
          ::SSL_CTX_use_PrivateKey_file(tls_.get(), certificates->client_key().c_str(),
                                        SSL_FILETYPE_PEM) != 1) {
        throw std::runtime_error("the certificates are of no use");
      }
    }
    connection_.reset(tls_ ? ::BIO_new_ssl_connect(tls_.get()) : ::BIO_new(::BIO_s_connect()));
    ::BIO_set_conn_hostname(connection_.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
    if (::BIO_do_connect(connection_.get()) != 1) throw std::runtime_error("no way to Redis");
  }

  void set() {
    const std::string value(mark_size, '7');
    char* command = nullptr;
    const int size = ::redisFormatCommand(&command, "SET bench %b", value.data(), value.size());
    const int sent = ::BIO_write(connection_.get(), command, size);
    ::redisFreeCommand(command);
    if (size <= 0 || sent != size) throw std::runtime_error("Redis hangs up");
    void* reply = nullptr;
    while (reply == nullptr) {
      std::array<char, 256> piece{};
      const int got = ::BIO_read(connection_.get(), piece.data(), piece.size());
      if (got <= 0) throw std::runtime_error("Redis hangs up");
      ::redisReaderFeed(reader_.get(), piece.data(), static_cast<std::size_t>(got));
      if (::redisReaderGetReply(reader_.get(), &reply) != REDIS_OK) {
        throw std::runtime_error("Redis says what it should not");
      }
    }
    const bool done = static_cast<redisReply*>(reply)->type == REDIS_REPLY_STATUS;
    ::freeReplyObject(reply);
    if (!done) throw std::runtime_error("Redis refuses");
  }

 private:
  std::unique_ptr<SSL_CTX, Calling<&::SSL_CTX_free>> tls_{};
  std::unique_ptr<BIO, Calling<&::BIO_free_all>> connection_{};
  std::unique_ptr<redisReader, Calling<&::redisReaderFree>> reader_{::redisReaderCreate()};
};

Server start(bool tls) {
  if (!RedisServer::installed()) throw NotInstalled("there is no redis-server");
  if (tls && !Certificates::possible()) throw NotInstalled("there is no openssl");
  std::shared_ptr<const Certificates> certificates;
  if (tls) certificates = std::make_shared<Certificates>();
  const auto server =
      tls ? std::make_shared<RedisServer>(certificates) : std::make_shared<RedisServer>();
  const std::uint16_t port = tls ? server->tls_port() : server->port();
  const auto bare = std::make_shared<BareRedis>(port, certificates.get());
  const std::string uri =
      tls ? "rediss://127.0.0.1:" + std::to_string(port) + "?" + certificates->settings()
          : server->uri();
  return {uri, "SET", [server, bare] { bare->set(); }};
}

}  // namespace

std::vector<Service> redis_services() {
  return {{"redis://", [] { return start(false); }}, {"rediss://", [] { return start(true); }}};
}

}  // namespace bench
