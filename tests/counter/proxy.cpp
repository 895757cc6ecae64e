#include "tests/counter/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "tests/counter/loopback.h"

namespace tidemark::counter {
namespace {

constexpr int patience_ms = 20;

/// False at the end of the connection.
bool forward(int from, int to) {
  std::array<char, 65536> room{};
  const ssize_t size = ::recv(from, room.data(), room.size(), 0);
  return size > 0 && ::send(to, room.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL) == size;
}

int listen_at(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("no port for the proxy");
  }
  ::listen(listener, 16);
  return listener;
}

std::uint16_t port_of(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

}  // namespace

Proxy::Proxy(std::vector<std::uint16_t> servers, std::vector<std::uint16_t> ports) {
  ports.resize(servers.size());
  for (std::size_t i = 0; i < servers.size(); ++i) {
    ways_.push_back({.listener = listen_at(ports[i]), .server = servers[i]});
    ports_.push_back(port_of(ways_.back().listener));
  }
  thread_ = std::jthread([this] { serve(); });
}

Proxy::~Proxy() {
  ended_ = true;
  thread_.join();
  for (const Way& way : ways_) ::close(way.listener);
}

void Proxy::serve() {
  std::vector<std::jthread> conversations;
  std::vector<pollfd> ready;
  for (const Way& way : ways_)
    ready.push_back({.fd = way.listener, .events = POLLIN, .revents = 0});
  while (!ended_) {
    if (::poll(ready.data(), ready.size(), patience_ms) <= 0) continue;
    for (std::size_t i = 0; i < ways_.size(); ++i) {
      if (ready[i].revents != 0) accept_one(ways_[i], conversations);
    }
  }
}

void Proxy::accept_one(const Way& way, std::vector<std::jthread>& conversations) {
  const int client = ::accept4(way.listener, nullptr, nullptr, SOCK_CLOEXEC);
  const int onward = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(way.server);
  if (::connect(onward, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(client);
    ::close(onward);
    return;
  }
  conversations.emplace_back([this, client, onward] { pass(client, onward); });
}

void Proxy::pass(int client, int server) {
  while (!ended_) {
    std::array<pollfd, 2> ready{{{.fd = client, .events = POLLIN, .revents = 0},
                                 {.fd = server, .events = POLLIN, .revents = 0}}};
    if (::poll(ready.data(), ready.size(), patience_ms) <= 0) continue;
    if (ready[0].revents != 0 && !forward(client, server)) break;
    if (ready[1].revents == 0) continue;
    if (cuts_ > 0) {
      --cuts_;
      break;
    }
    std::this_thread::sleep_for(delay_.load());
    if (!forward(server, client)) break;
  }
  ::close(client);
  ::close(server);
}

}  // namespace tidemark::counter
