#include "counter/redis_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "counter/redis_lookup.h"
#include "counter/server_failure.h"

namespace tidemark::counter {
namespace {

using Clock = std::chrono::steady_clock;
using Outcome = ServerFailure::Outcome;

std::string words(int error) { return std::generic_category().message(error); }

ServerFailure unreached(const std::string& why) {
  return {Outcome::passing, "cannot be reached: " + why,
          "start the Redis server, or name the right one"};
}

ServerFailure unreached_with_tls(Outcome outcome, const char* why) {
  return {outcome, std::string("cannot be reached with TLS: ") + why,
          "see to the certificates: those that ca=, cert= and key= name, and the server's; and "
          "whether the port is the one for TLS"};
}

ServerFailure lost(const std::string& why) {
  return {Outcome::unknown, why, "see whether the Redis server runs and can be reached"};
}

/// False once the deadline has passed.
bool wait_for(int descriptor, short events, Deadline deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd ready{.fd = descriptor, .events = events, .revents = 0};
    const int count = ::poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (count > 0) return true;
    if (count == 0 && left <= 0) return false;
    if (count < 0 && errno != EINTR) return false;
  }
}

/// 0, or the error.
int connect_to(int descriptor, const SocketAddress& address, Deadline deadline) {
  const int result =
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address.storage), address.size);
  if (result == 0) return 0;
  if (errno != EINPROGRESS && errno != EINTR) return errno;
  if (!wait_for(descriptor, POLLOUT, deadline)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

/// The first of the addresses that answers; each has its share of the time.
io::Descriptor connect_to_any(const std::vector<SocketAddress>& addresses, Deadline deadline) {
  int error = 0;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const int family = addresses[i].storage.ss_family;
    io::Descriptor descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto now = Clock::now();
    const auto share = (deadline - now) / static_cast<int>(addresses.size() - i);
    error = descriptor.valid() ? connect_to(descriptor.get(), addresses[i], now + share) : errno;
    if (error != 0) continue;
    const int on = 1;
    if (family != AF_UNIX) {  // only costs time where it fails
      (void)::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    return descriptor;
  }
  throw unreached(words(error));
}

SocketAddress local_address(const std::string& path) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, path.data(), path.size());  // the URI's reader bounded it
  SocketAddress address;
  std::memcpy(&address.storage, &local, sizeof local);
  address.size = sizeof local;
  return address;
}

std::vector<SocketAddress> addresses_of(const RedisAddress& address, Deadline deadline) {
  if (!address.socket.empty()) return {local_address(address.socket)};
  try {
    return look_up(address.server.host, address.server.port, deadline);
  } catch (const LookupError& error) {
    throw unreached(error.what());
  }
}

}  // namespace

RedisSocket::RedisSocket(const RedisAddress& address, Deadline deadline)
    : descriptor_(connect_to_any(addresses_of(address, deadline), deadline)) {
  if (!address.tls) return;
  try {
    begin_tls(address, deadline);
  } catch (const crypto::TlsError& error) {
    throw unreached_with_tls(Outcome::refused, error.what());
  } catch (const ServerFailure& failure) {  // no request was sent yet
    throw unreached_with_tls(Outcome::passing, failure.what());
  }
}

void RedisSocket::begin_tls(const RedisAddress& address, Deadline deadline) {
  tls_.emplace(*address.tls, address.server.host);
  while (!tls_->shake_hands()) receive_for_tls(deadline);
  send_raw(tls_->take_outgoing(), deadline);
}

/// Sends first what the other side waits for.
void RedisSocket::receive_for_tls(Deadline deadline) {
  send_raw(tls_->take_outgoing(), deadline);
  std::array<std::byte, 4096> room{};
  const std::size_t size = receive_raw(room, deadline);
  tls_->give_incoming(Bytes(room).first(size));
}

void RedisSocket::send(Bytes bytes, Deadline deadline) {
  if (!tls_) return send_raw(bytes, deadline);
  try {
    tls_->hide(bytes);
    send_raw(tls_->take_outgoing(), deadline);
  } catch (const crypto::TlsError& error) {
    throw lost(std::string("the connection was lost: ") + error.what());
  }
}

std::size_t RedisSocket::receive(MutableBytes into, Deadline deadline) {
  if (!tls_) return receive_raw(into, deadline);
  try {
    while (true) {
      if (const std::size_t size = tls_->reveal(into); size > 0) return size;
      receive_for_tls(deadline);
    }
  } catch (const crypto::TlsError& error) {
    throw lost(std::string("the connection was lost: ") + error.what());
  }
}

void RedisSocket::send_raw(Bytes bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (!wait_for(descriptor_.get(), POLLOUT, deadline)) {
        throw lost("takes no request in time");
      }
    } else if (errno != EINTR) {
      throw lost("the connection was lost: " + words(errno));
    }
  }
}

std::size_t RedisSocket::receive_raw(MutableBytes into, Deadline deadline) {
  while (true) {
    if (!wait_for(descriptor_.get(), POLLIN, deadline)) throw lost("does not answer in time");
    const ssize_t received = ::recv(descriptor_.get(), into.data(), into.size(), 0);
    if (received > 0) return static_cast<std::size_t>(received);
    if (received == 0) throw lost("closed the connection without an answer");
    if (errno != EINTR && errno != EAGAIN) {
      throw lost("the connection was lost: " + words(errno));
    }
  }
}

bool RedisSocket::quiet() const {
  pollfd ready{.fd = descriptor_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&ready, 1, 0) == 0;
}

}  // namespace tidemark::counter
