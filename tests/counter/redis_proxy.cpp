#include "redis_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "tests/counter/loopback.h"

namespace tidemark::counter {
namespace {

/// False at the end of the connection.
bool forward(int from, int to) {
  std::array<char, 65536> room{};
  const ssize_t size = ::recv(from, room.data(), room.size(), 0);
  return size > 0 && ::send(to, room.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL) == size;
}

}  // namespace

RedisProxy::RedisProxy(std::uint16_t server, std::uint16_t port)
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(port);
  socklen_t size = sizeof address;
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    throw std::runtime_error("no port for the proxy");
  }
  ::listen(listener_, 16);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this, server] { serve(server); });
}

RedisProxy::~RedisProxy() {
  ended_ = true;
  thread_.join();
  ::close(listener_);
}

std::string RedisProxy::uri(const std::string& more) const {
  return "redis://127.0.0.1:" + std::to_string(port_) + more;
}

void RedisProxy::serve(std::uint16_t server) {
  std::vector<std::jthread> conversations;
  while (!ended_) {
    pollfd ready{.fd = listener_, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, 20) != 1) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const int onward = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(server);
    if (::connect(onward, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(client);
      ::close(onward);
      continue;
    }
    conversations.emplace_back([this, client, onward] { pass(client, onward); });
  }
}

void RedisProxy::pass(int client, int server) {
  while (!ended_) {
    std::array<pollfd, 2> ready{{{.fd = client, .events = POLLIN, .revents = 0},
                                 {.fd = server, .events = POLLIN, .revents = 0}}};
    if (::poll(ready.data(), ready.size(), 20) <= 0) continue;
    if (ready[0].revents != 0 && !forward(client, server)) break;
    if (ready[1].revents == 0) continue;
    if (cuts_ > 0) {
      --cuts_;
      break;
    }
    if (!forward(server, client)) break;
  }
  ::close(client);
  ::close(server);
}

}  // namespace tidemark::counter
