#include "counter/redis_lookup.h"

#include <netdb.h>

#include <cstring>
#include <future>
#include <memory>
#include <thread>
#include <utility>

namespace tidemark::counter {
namespace {

struct Found {
  int error = 0;
  std::vector<SocketAddress> addresses{};
};

Found ask_system(const std::string& host, const std::string& port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  Found found{.error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list)};
  if (found.error != 0) return found;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
    found.addresses.push_back(address);
  }
  return found;
}

}  // namespace

std::vector<SocketAddress> look_up(const std::string& host, std::uint16_t port,
                                   std::chrono::steady_clock::time_point deadline) {
  const std::string service = std::to_string(port);
  Found found = ask_system(host, service, AI_NUMERICHOST);
  if (found.error == EAI_NONAME) {
    std::packaged_task<Found()> task([host, service] { return ask_system(host, service, 0); });
    std::future<Found> answer = task.get_future();
    std::thread(std::move(task)).detach();
    if (answer.wait_until(deadline) != std::future_status::ready) {
      throw LookupError("its name is not looked up in time");
    }
    found = answer.get();
  }
  if (found.error != 0) throw LookupError(::gai_strerror(found.error));
  return found.addresses;
}

}  // namespace tidemark::counter
