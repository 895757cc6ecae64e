#pragma once

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark::counter {

/// Connections that nobody uses at the moment: one for each call that ran at a time, up to a bound.
/// Thread-safe.
template <class Connection>
class Idle {
 public:
  /// One that is usable still, if there is one: a server may have hung up.
  [[nodiscard]] std::optional<Connection> take() {
    const std::scoped_lock lock(mutex_);
    while (!connections_.empty()) {
      Connection connection = std::move(connections_.back());
      connections_.pop_back();
      if (connection.usable()) return connection;
    }
    return std::nullopt;
  }

  void keep(Connection connection) {
    const std::scoped_lock lock(mutex_);
    if (connections_.size() < most) connections_.push_back(std::move(connection));
  }

 private:
  static constexpr std::size_t most = 8;

  std::mutex mutex_;
  std::vector<Connection> connections_;
};

}  // namespace tidemark::counter
