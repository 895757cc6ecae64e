#include "counter/etcd.h"

#include <tidemark/error.h>

#include <utility>

#include "counter/name.h"
#include "counter/server_failure.h"

namespace tidemark::counter {
namespace {

using Clock = std::chrono::steady_clock;
using Outcome = ServerFailure::Outcome;

}  // namespace

std::optional<CounterReading> EtcdCounter::read(std::string_view name) {
  check_name(name);
  return ask(etcd_reading({address_.prefix, name}), Repeatable::yes).found;
}

std::optional<Conflict> EtcdCounter::advance(std::string_view name, const std::optional<Mark>& from,
                                             const Mark& to) {
  check_name(name);
  const EtcdAnswer answer = ask(etcd_advance({address_.prefix, name}, from, to), Repeatable::no);
  if (answer.moved) return std::nullopt;
  return Conflict{answer.found};
}

EtcdAnswer EtcdCounter::ask(const std::string& transaction, Repeatable repeatable) {
  const Deadline deadline = Clock::now() + address_.timeout;
  try {
    return with_retries(deadline, repeatable,
                        [&] { return ask_each(transaction, repeatable, deadline); });
  } catch (const ServerFailure& failure) {
    throw Error(Code::counter_unavailable, "counter " + uri() + " " + failure.what(),
                failure.advice());
  } catch (const EtcdForeignContents&) {
    throw Error(
        Code::counter_unavailable,
        "counter " + uri() + " holds something that is no counter, under the lineage's keys",
        "put back those keys as they were after the last checkpoint, or, if there is no such copy, "
        "delete them and start the lineage over");
  }
}

/// Each endpoint once, as long as nothing was carried out; each has its share of the time.
EtcdAnswer EtcdCounter::ask_each(const std::string& transaction, Repeatable repeatable,
                                 Deadline deadline) {
  const std::size_t count = address_.endpoints.size();
  const std::size_t first = first_endpoint();
  for (std::size_t i = 0;; ++i) {
    const std::size_t endpoint = (first + i) % count;
    const auto now = Clock::now();
    try {
      return ask_one(address_.endpoints[endpoint], transaction,
                     now + (deadline - now) / static_cast<int>(count - i));
    } catch (const ServerFailure& failure) {
      pass_over(endpoint);
      const bool again = failure.outcome() != Outcome::unknown || repeatable == Repeatable::yes;
      if (!again || i + 1 == count) throw;
    }
  }
}

EtcdAnswer EtcdCounter::ask_one(const HostAndPort& endpoint, const std::string& transaction,
                                Deadline deadline) {
  auto idle = idle_.take();
  EtcdHttp http = idle ? std::move(*idle) : EtcdHttp(address_);
  try {
    for (int attempt = 1;; ++attempt) {
      const std::string permit = token(http, endpoint, deadline);
      const HttpAnswer answer =
          http.post(endpoint, "/v3/kv/txn", bytes_of(transaction), permit, deadline);
      try {
        EtcdAnswer read = read_etcd_answer(answer);
        idle_.keep(std::move(http));
        return read;
      } catch (const EtcdTokenRefused&) {  // it has expired, or the server was restarted
        forget_token(permit);
        if (attempt == 2) {
          throw ServerFailure(Outcome::passing, "does not accept the token that it gave",
                              "see whether users are being changed in the etcd cluster");
        }
      }
    }
  } catch (const ServerFailure& failure) {
    throw ServerFailure(failure.outcome(), "at " + endpoint.shown() + " " + failure.what(),
                        failure.advice());
  }
}

/// What lets the user in; "" where the URI names none. Nothing is carried out where that fails.
std::string EtcdCounter::token(EtcdHttp& http, const HostAndPort& endpoint, Deadline deadline) {
  if (!address_.password) return "";
  {
    const std::scoped_lock lock(mutex_);
    if (!token_.empty()) return token_;
  }
  const crypto::SecretBuffer login = etcd_login(address_.user, address_.password->bytes());
  try {
    std::string given =
        read_etcd_token(http.post(endpoint, "/v3/auth/authenticate", login.bytes(), "", deadline));
    const std::scoped_lock lock(mutex_);
    token_ = given;
    return given;
  } catch (const ServerFailure& failure) {
    if (failure.outcome() != Outcome::unknown) throw;
    throw ServerFailure(Outcome::passing, failure.what(), failure.advice());
  }
}

void EtcdCounter::forget_token(const std::string& token) {
  const std::scoped_lock lock(mutex_);
  if (token_ == token) token_.clear();
}

std::size_t EtcdCounter::first_endpoint() {
  const std::scoped_lock lock(mutex_);
  return first_;
}

/// For the next calls, unless another call did it already.
void EtcdCounter::pass_over(std::size_t endpoint) {
  const std::scoped_lock lock(mutex_);
  if (first_ == endpoint) first_ = (endpoint + 1) % address_.endpoints.size();
}

}  // namespace tidemark::counter
