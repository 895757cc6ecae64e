#include "counter/etcd_http.h"

#include <curl/curl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include "counter/server_failure.h"

namespace tidemark::counter {
namespace {

using Outcome = ServerFailure::Outcome;

constexpr std::size_t longest_answer = std::size_t{64} << 10;

struct FreeList {
  void operator()(curl_slist* list) const noexcept { ::curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, FreeList>;

void append(Headers& headers, const std::string& line) {
  curl_slist* const longer = ::curl_slist_append(headers.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  if (headers == nullptr) headers.reset(longer);  // else it is the front still
}

/// A request on its way.
struct Exchange {
  Bytes rest{};          ///< what was not taken yet
  bool touched = false;  ///< whether any of it was: from then on the server may have it
  HttpAnswer answer{};
};

/// libcurl asks for the next piece of the body.
std::size_t give(char* into, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  exchange.touched = true;
  const std::size_t length = std::min(size * count, exchange.rest.size());
  std::memcpy(into, exchange.rest.data(), length);
  exchange.rest = exchange.rest.subspan(length);
  return length;
}

/// Where a connection that was used before breaks, libcurl would send the body once more.
int rewind(void* user, curl_off_t /*offset*/, int /*origin*/) {
  return static_cast<Exchange*>(user)->touched ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* user) {
  std::string& body = static_cast<Exchange*>(user)->answer.body;
  if (body.size() + size * count > longest_answer) return 0;
  body.append(bytes, size * count);
  return size * count;
}

void initialize_once() {
  static const CURLcode result = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw std::bad_alloc();
}

}  // namespace

struct EtcdHttp::Handle {
  pid_t process = ::getpid();
  CURL* easy = nullptr;
  bool tls = false;
  std::array<char, CURL_ERROR_SIZE> words{};

  template <class Value>
  void set(CURLoption option, Value value) const {
    if (::curl_easy_setopt(easy, option, value) != CURLE_OK) throw std::bad_alloc();
  }
  /// Only what this is for, whatever the environment says; nothing is asked on the terminal.
  void set_up(const EtcdAddress& address);
  void set_up_tls(const crypto::TlsIdentity& identity) const;
  [[nodiscard]] ServerFailure failure(CURLcode result, const Exchange& exchange) const;
};

void EtcdHttp::Handle::set_up(const EtcdAddress& address) {
  tls = address.tls.has_value();
  set(CURLOPT_ERRORBUFFER, words.data());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // a look-up that hangs is left to itself
  set(CURLOPT_PROXY, "");
  set(CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_POST, 1L);
  set(CURLOPT_READFUNCTION, &give);
  set(CURLOPT_SEEKFUNCTION, &rewind);
  set(CURLOPT_WRITEFUNCTION, &take);
  if (address.tls) set_up_tls(*address.tls);
}

void EtcdHttp::Handle::set_up_tls(const crypto::TlsIdentity& identity) const {
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!identity.ca.empty()) {
    set(CURLOPT_CAINFO, identity.ca.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // nobody whom the system trusts
  }
  if (identity.certificate.empty()) return;
  set(CURLOPT_SSLCERT, identity.certificate.c_str());
  set(CURLOPT_SSLKEY, (identity.key.empty() ? identity.certificate : identity.key).c_str());
  set(CURLOPT_KEYPASSWD, "");  // else OpenSSL would ask for one
}

ServerFailure EtcdHttp::Handle::failure(CURLcode result, const Exchange& exchange) const {
  const std::string why =
      printable(words.front() != '\0' ? words.data() : ::curl_easy_strerror(result));
  if (result == CURLE_WRITE_ERROR) {
    return {Outcome::unknown, "answers what no etcd server answers here",
            "see what is listening there, and name an etcd server"};
  }
  if (exchange.touched) {
    return {Outcome::unknown,
            result == CURLE_OPERATION_TIMEDOUT ? "does not answer in time"
                                               : "the connection was lost: " + why,
            "see whether a majority of the etcd cluster runs and can be reached"};
  }
  const bool of_tls = result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CERTPROBLEM ||
                      result == CURLE_SSL_CACERT_BADFILE;
  return {of_tls ? Outcome::refused : Outcome::passing, "cannot be reached: " + why,
          of_tls ? "see to the certificates: those that ca=, cert= and key= name, and the server's"
                 : "start the etcd cluster, or name the right endpoints"};
}

EtcdHttp::EtcdHttp(const EtcdAddress& address) : handle_(std::make_unique<Handle>()) {
  initialize_once();
  handle_->easy = ::curl_easy_init();
  if (handle_->easy == nullptr) throw std::bad_alloc();
  handle_->set_up(address);
}

EtcdHttp::~EtcdHttp() {
  // To close them would end the conversations of the process that this one was forked from.
  if (handle_ && usable()) ::curl_easy_cleanup(handle_->easy);
}

EtcdHttp::EtcdHttp(EtcdHttp&& other) noexcept = default;

bool EtcdHttp::usable() const { return handle_->process == ::getpid(); }

HttpAnswer EtcdHttp::post(const HostAndPort& endpoint, std::string_view path, Bytes body,
                          const std::string& token, Deadline deadline) {
  Headers headers;
  append(headers, "Content-Type: application/json");
  append(headers, "Expect:");
  // A server without a leader then says so at once, and nothing is done.
  append(headers, "Grpc-Metadata-hasleader: true");
  if (!token.empty()) append(headers, "Authorization: " + token);
  const std::string url =
      (handle_->tls ? "https://" : "http://") + endpoint.shown() + std::string(path);
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  Exchange exchange{.rest = body};
  handle_->words.front() = '\0';
  handle_->set(CURLOPT_URL, url.c_str());
  handle_->set(CURLOPT_HTTPHEADER, headers.get());
  handle_->set(CURLOPT_TIMEOUT_MS, std::max(static_cast<long>(left.count()), 1L));
  handle_->set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  handle_->set(CURLOPT_READDATA, &exchange);
  handle_->set(CURLOPT_SEEKDATA, &exchange);
  handle_->set(CURLOPT_WRITEDATA, &exchange);
  const CURLcode result = ::curl_easy_perform(handle_->easy);
  handle_->set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
  if (result != CURLE_OK) throw handle_->failure(result, exchange);
  (void)::curl_easy_getinfo(handle_->easy, CURLINFO_RESPONSE_CODE, &exchange.answer.status);
  return std::move(exchange.answer);
}

}  // namespace tidemark::counter
