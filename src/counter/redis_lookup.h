#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace tidemark::counter {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// The system's words on why a name has no address.
struct LookupError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The addresses of a host, at least one. The system's resolver knows no bound, so a name (but not
/// a numeric address) is looked up in a thread of its own, which is left to itself once the
/// deadline has passed.
[[nodiscard]] std::vector<SocketAddress> look_up(const std::string& host, std::uint16_t port,
                                                 std::chrono::steady_clock::time_point deadline);

}  // namespace tidemark::counter
