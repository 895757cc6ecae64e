#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "counter/etcd_uri.h"
#include "counter/retries.h"

namespace tidemark::counter {

struct HttpAnswer {
  long status = 0;
  std::string body{};
};

/// Speaks HTTP to the endpoints of a cluster, one request at a time, and keeps its connections.
class EtcdHttp {
 public:
  /// `address` must outlive it.
  explicit EtcdHttp(const EtcdAddress& address);
  ~EtcdHttp();
  EtcdHttp(EtcdHttp&& other) noexcept;
  EtcdHttp& operator=(EtcdHttp&&) = delete;

  /// Sends `body`, once, and returns the answer, of at most 64 KiB. `token`: "" for none. Throws
  /// ServerFailure: `passing` or, for its certificate, `refused` where no byte of the body was
  /// sent, else `unknown`.
  [[nodiscard]] HttpAnswer post(const HostAndPort& endpoint, std::string_view path, Bytes body,
                                const std::string& token, Deadline deadline);

  /// False in a process that was forked from the one that made it, which goes on with the same
  /// connections.
  [[nodiscard]] bool usable() const;

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace tidemark::counter
