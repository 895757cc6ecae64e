#pragma once

#include <unistd.h>

#include <string_view>
#include <vector>

#include "counter/redis_socket.h"
#include "counter/redis_uri.h"
#include "counter/redis_wire.h"

namespace tidemark::counter {

/// A conversation with a Redis server, one question at a time. After a ServerFailure it is of no
/// more use, but for one that the server said itself (see `ask`).
class RedisConnection {
 public:
  /// Connects, gives user and password, and selects the database. Nothing was carried out where
  /// that fails: ServerFailure (`passing` or `refused`).
  RedisConnection(const RedisAddress& address, Deadline deadline);

  /// The answer. A refusal by the server is a ServerFailure, `passing` or `refused`.
  [[nodiscard]] RedisReply ask(const std::vector<std::string_view>& words, Deadline deadline);

  /// Whether it can be asked: else it was closed at the other end, or got out of step, or belongs
  /// to the process that this one was forked from, which would get its answers.
  [[nodiscard]] bool usable() const { return process_ == ::getpid() && socket_.quiet(); }

 private:
  [[nodiscard]] RedisReply exchange(const std::vector<std::string_view>& words, Deadline deadline);
  void enter(const RedisAddress& address, Deadline deadline);
  void see_whether_welcome(Deadline deadline);
  void select(int database, Deadline deadline);

  pid_t process_ = ::getpid();
  RedisSocket socket_;
  RedisReader reader_;
};

}  // namespace tidemark::counter
