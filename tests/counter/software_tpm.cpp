#include "tests/counter/software_tpm.h"

#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "tests/counter/loopback.h"

namespace tidemark::counter {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60s;

bool is_open(std::uint16_t port) {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const int connected =
      ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(probe);
  return connected == 0;
}

}  // namespace

std::string tpm_uri(std::uint16_t port, const std::string& more) {
  return "tpm:swtpm:host=127.0.0.1,port=" + std::to_string(port) + more;
}

bool SoftwareTpm::installed() { return is_installed("swtpm"); }

std::string SoftwareTpm::uri(const std::string& more) const { return tpm_uri(port_, more); }

void SoftwareTpm::start() {
  const auto end = std::chrono::steady_clock::now() + patience;
  if (port_ == 0) port_ = free_port();
  launch();
  while (!is_ready()) {
    if (process_.has_ended()) {
      port_ = free_port();  // somebody else was faster
      launch();
    }
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("swtpm hangs");
    std::this_thread::sleep_for(5ms);
  }
}

/// It is started up as firmware does it; what it answers on is one port, its power switch the next.
void SoftwareTpm::launch() {
  std::filesystem::create_directories(state());
  process_.start(
      {"swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + state().string(), "--server",
       "type=tcp,port=" + std::to_string(port_), "--ctrl",
       "type=tcp,port=" + std::to_string(port_ + 1), "--flags", "not-need-init,startup-clear"},
      folder_.path() / "output");
}

bool SoftwareTpm::is_ready() const {
  return is_open(port_) && is_open(static_cast<std::uint16_t>(port_ + 1));
}

void SoftwareTpm::replace() {
  stop();
  std::filesystem::remove_all(state());
  start();
}

}  // namespace tidemark::counter
