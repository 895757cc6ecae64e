#pragma once

#include <tidemark/counter.h>

#include <optional>
#include <string>
#include <string_view>

#include "counter/etcd_http.h"
#include "crypto/secret.h"

/// What is said to etcd's JSON gateway (version 3), and what it answers.
namespace tidemark::counter {

/// Under `prefix` there are two keys for each name, with the birth and the mark as text.
struct EtcdKeys {
  EtcdKeys(const std::string& prefix, std::string_view name);
  std::string birth{};
  std::string mark{};
};

/// A transaction that reads both.
[[nodiscard]] std::string etcd_reading(const EtcdKeys& keys);

/// A transaction that moves the mark, or changes nothing and reads both.
[[nodiscard]] std::string etcd_advance(const EtcdKeys& keys, const std::optional<Mark>& from,
                                       const Mark& to);

/// The request for a token.
[[nodiscard]] crypto::SecretBuffer etcd_login(std::string_view user, Bytes password);

/// What a transaction did.
struct EtcdAnswer {
  bool moved = false;
  std::optional<CounterReading> found{};  ///< what there is, if it did not move
};

/// Thrown where the token was refused and another one may do. Nothing was carried out.
struct EtcdTokenRefused {};

/// Thrown where there is something else under the keys than Tidemark puts there.
struct EtcdForeignContents {};

/// Throws ServerFailure where it is a refusal, or no answer to a transaction, and what is above.
[[nodiscard]] EtcdAnswer read_etcd_answer(const HttpAnswer& answer);

/// The token. Throws ServerFailure.
[[nodiscard]] std::string read_etcd_token(const HttpAnswer& answer);

}  // namespace tidemark::counter
