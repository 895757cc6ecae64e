#include <curl/curl.h>

#include <memory>

#include "base/bytes.h"
#include "crypto/base64.h"
#include "servers.h"
#include "tests/counter/etcd_cluster.h"

namespace bench {
namespace {

using tidemark::counter::Certificates;
using tidemark::counter::EtcdCluster;

constexpr std::size_t mark_size = 67;  // in text, for values of two digits

std::string encoded(std::string_view text) {
  return tidemark::crypto::to_base64(tidemark::bytes_of(text));
}

/// Puts a value if the one before is as expected, over one connection to the gateway.
class BareEtcd {
 public:
  BareEtcd(std::uint16_t port, const Certificates* certificates)
      : easy_(::curl_easy_init(), &::curl_easy_cleanup) {
    if (!easy_) throw std::bad_alloc();
    const std::string scheme = certificates != nullptr ? "https" : "http";
    url_ = scheme + "://127.0.0.1:" + std::to_string(port) + "/v3/kv/txn";
    set(CURLOPT_URL, url_.c_str());
    set(CURLOPT_PROXY, "");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_FAILONERROR, 1L);
    set(CURLOPT_WRITEFUNCTION, &take);
    set(CURLOPT_WRITEDATA, &answer_);
    if (certificates == nullptr) return;
    set(CURLOPT_CAINFO, certificates->ca().c_str());
    set(CURLOPT_SSLCERT, certificates->client().c_str());
    set(CURLOPT_SSLKEY, certificates->client_key().c_str());
  }

  void put() {
    const std::string key = R"("key":")" + encoded("bench") + '"';
    const std::string body = R"({"compare":[{)" + key +
                             R"(,"target":"VERSION","result":"EQUAL","version":")" +
                             std::to_string(version_++) + R"("}],"success":[{"request_put":{)" +
                             key + R"(,"value":")" + encoded(std::string(mark_size, '7')) +
                             R"("}}],"failure":[{"request_range":{)" + key + "}}]}";
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    set(CURLOPT_POSTFIELDS, body.c_str());
    answer_.clear();
    if (::curl_easy_perform(easy_.get()) != CURLE_OK ||
        answer_.find(R"("succeeded":true)") == std::string::npos) {
      throw std::runtime_error("etcd refuses");
    }
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) const {
    if (::curl_easy_setopt(easy_.get(), option, value) != CURLE_OK) throw std::bad_alloc();
  }
  static std::size_t take(const char* piece, std::size_t /*one*/, std::size_t size, void* into) {
    static_cast<std::string*>(into)->append(piece, size);
    return size;
  }

  std::unique_ptr<CURL, void (*)(CURL*)> easy_;
  std::string url_{};
  std::string answer_{};
  std::uint64_t version_ = 0;
};

Server start(bool tls) {
  if (!EtcdCluster::installed()) throw NotInstalled("there is no etcd");
  if (tls && !Certificates::possible()) throw NotInstalled("there is no openssl");
  std::shared_ptr<const Certificates> certificates;
  if (tls) certificates = std::make_shared<Certificates>();
  const auto cluster = std::make_shared<EtcdCluster>(3, certificates);
  const auto bare = std::make_shared<BareEtcd>(cluster->ports().front(), certificates.get());
  return {cluster->uri(), "txn", [cluster, bare] { bare->put(); }};
}

}  // namespace

std::vector<Service> etcd_services() {
  return {{"etcd://, three servers", [] { return start(false); }},
          {"etcd://, three servers, mutual TLS", [] { return start(true); }}};
}

}  // namespace bench
