#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace tidemark::counter {

/// Stands between a client and a Redis server on loopback, and can cut the connection at the worst
/// moment: once the server has carried a request out, and before the client learns of it.
class RedisProxy {
 public:
  /// To the server at that port. `port`: its own; 0 for one that is free.
  explicit RedisProxy(std::uint16_t server, std::uint16_t port = 0);
  RedisProxy(const RedisProxy&) = delete;
  RedisProxy& operator=(const RedisProxy&) = delete;
  ~RedisProxy();

  /// The next so many answers are not passed on; their connections are closed instead.
  void cut_answers(int count) { cuts_ = count; }

  [[nodiscard]] int cuts_left() const { return cuts_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string uri(const std::string& more = "") const;

 private:
  void serve(std::uint16_t server);
  void pass(int client, int server);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> cuts_ = 0;
  std::atomic<bool> ended_ = false;
  std::jthread thread_;
};

}  // namespace tidemark::counter
