#include "redis_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "tests/counter/loopback.h"

namespace tidemark::counter {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60s;

}  // namespace

std::string redis_uri(std::uint16_t port, const std::string& more) {
  return "redis://127.0.0.1:" + std::to_string(port) + more;
}

bool RedisServer::installed() { return is_installed("redis-server") && is_installed("redis-cli"); }

RedisServer::RedisServer(std::vector<std::string> settings, const std::filesystem::path& where)
    : folder_(where), settings_(std::move(settings)) {
  start();
}

RedisServer::RedisServer(std::shared_ptr<const Certificates> certificates)
    : certificates_(std::move(certificates)) {
  start();
}

void RedisServer::choose_ports() {
  port_ = free_port();
  if (certificates_) tls_port_ = free_port();
}

void RedisServer::start() {
  const auto end = std::chrono::steady_clock::now() + patience;
  if (port_ == 0) choose_ports();
  launch();
  while (!is_ready()) {
    if (process_.has_ended()) {
      choose_ports();  // somebody else was faster
      launch();
    }
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("redis-server hangs");
    std::this_thread::sleep_for(5ms);
  }
}

void RedisServer::launch() {
  std::vector<std::string> words{"redis-server",
                                 "--port",
                                 std::to_string(port_),
                                 "--bind",
                                 "127.0.0.1",
                                 "--dir",
                                 folder().string(),
                                 "--unixsocket",
                                 socket().string(),
                                 "--logfile",
                                 (folder() / "log").string(),
                                 "--save",
                                 "",
                                 "--appendonly",
                                 "yes",
                                 "--appendfsync",
                                 "always"};
  if (certificates_) {
    words.insert(words.end(), {"--tls-port", std::to_string(tls_port_),                 //
                               "--tls-cert-file", certificates_->server().string(),     //
                               "--tls-key-file", certificates_->server_key().string(),  //
                               "--tls-ca-cert-file", certificates_->ca().string()});
  }
  words.insert(words.end(), settings_.begin(), settings_.end());
  process_.start(std::move(words), folder() / "output");
}

/// It answers, whatever it says: a server with a password says that one is missing.
bool RedisServer::is_ready() const {
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port_);
  std::array<char, 64> answer{};
  ssize_t size = 0;
  if (::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(client, "PING\r\n", 6, MSG_NOSIGNAL) == 6) {
    size = ::recv(client, answer.data(), answer.size(), 0);
  }
  ::close(client);
  const std::string_view said(answer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return !said.empty() && !said.starts_with("-LOADING");
}

std::string RedisServer::cli(const std::vector<std::string>& words) {
  std::string command = "redis-cli -s " + quoted(socket().string());
  for (const std::string& word : words) command += " " + quoted(word);
  return output_of(command + " 2>&1");
}

}  // namespace tidemark::counter
