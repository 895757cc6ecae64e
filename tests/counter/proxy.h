#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace tidemark::counter {

/// Stands between a client and the servers of a counter on loopback. It can cut a connection at the
/// worst moment: once the server has carried a request out, and before the client learns of it.
class Proxy {
 public:
  /// One way to each of the servers, which are named by their ports. `ports`: its own; none for
  /// those that are free.
  explicit Proxy(std::vector<std::uint16_t> servers, std::vector<std::uint16_t> ports = {});
  explicit Proxy(std::uint16_t server) : Proxy(std::vector{server}) {}
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy();

  /// The next so many answers are not passed on; their connections are closed instead.
  void cut_answers(int count) { cuts_ = count; }
  [[nodiscard]] int cuts_left() const { return cuts_; }

  /// Each answer is passed on that much later.
  void delay_answers(std::chrono::milliseconds delay) { delay_ = delay; }

  [[nodiscard]] const std::vector<std::uint16_t>& ports() const noexcept { return ports_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return ports_.front(); }

 private:
  struct Way {
    int listener = -1;
    std::uint16_t server = 0;
  };
  void serve();
  void accept_one(const Way& way, std::vector<std::jthread>& conversations);
  void pass(int client, int server);

  std::vector<Way> ways_;
  std::vector<std::uint16_t> ports_;
  std::atomic<int> cuts_ = 0;
  std::atomic<std::chrono::milliseconds> delay_{};
  std::atomic<bool> ended_ = false;
  std::jthread thread_;
};

}  // namespace tidemark::counter
