#pragma once

#include <tidemark/counter.h>

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "counter/etcd_http.h"
#include "counter/etcd_uri.h"
#include "counter/etcd_wire.h"
#include "counter/idle.h"
#include "counter/retries.h"

namespace tidemark::counter {

/// Keeps the marks in an etcd cluster, through the JSON gateway of its servers: for each lineage
/// two keys, PREFIX/birth/NAME and PREFIX/mark/NAME, each a value and a digest in hexadecimal.
/// Every call is one transaction, which the cluster carries out as one step once a majority has it
/// on disk, so it survives the loss of a minority, and clients anywhere exclude each other.
///
/// What certainly was not carried out is asked for again, at the next endpoint, and after growing
/// pauses. Once an `advance` was sent without an answer, only the caller knows what to make of what
/// a later `read` finds; that goes to another endpoint first.
class EtcdCounter final : public Counter {
 public:
  explicit EtcdCounter(EtcdAddress address) : address_(std::move(address)) {}

  [[nodiscard]] std::optional<CounterReading> read(std::string_view name) override;
  [[nodiscard]] std::optional<Conflict> advance(std::string_view name,
                                                const std::optional<Mark>& from,
                                                const Mark& to) override;
  [[nodiscard]] std::string uri() const override { return address_.shown(); }

 private:
  [[nodiscard]] EtcdAnswer ask(const std::string& transaction, Repeatable repeatable);
  [[nodiscard]] EtcdAnswer ask_each(const std::string& transaction, Repeatable repeatable,
                                    Deadline deadline);
  [[nodiscard]] EtcdAnswer ask_one(const HostAndPort& endpoint, const std::string& transaction,
                                   Deadline deadline);
  [[nodiscard]] std::string token(EtcdHttp& http, const HostAndPort& endpoint, Deadline deadline);
  void forget_token(const std::string& token);
  [[nodiscard]] std::size_t first_endpoint();
  void pass_over(std::size_t endpoint);

  const EtcdAddress address_;
  Idle<EtcdHttp> idle_;
  std::mutex mutex_;       ///< guards what follows
  std::size_t first_ = 0;  ///< the endpoint to begin with
  std::string token_;      ///< "": there is none yet
};

}  // namespace tidemark::counter
