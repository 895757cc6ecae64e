#include "redis_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/counter/loopback.h"

namespace tidemark::counter {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto patience = 60s;

fs::path make_folder(const fs::path& where) {
  std::string pattern = (where / "tidemark-redis-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  return pattern;
}

/// Below those that the system hands out, so that nobody gets it while the server is stopped.
std::uint16_t free_port() {
  std::random_device random;
  std::uniform_int_distribution<int> ports(20000, 32000);
  while (true) {
    const auto port = static_cast<std::uint16_t>(ports(random));
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    const int bound = ::bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::close(probe);
    if (bound == 0) return port;
  }
}

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  std::string output;
  std::array<char, 4096> room{};
  while (const std::size_t size = std::fread(room.data(), 1, room.size(), pipe.get())) {
    output.append(room.data(), size);
  }
  return output;
}

bool is_installed(const std::string& program) {
  std::istringstream path(std::getenv("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) {
    folder += "/" + program;
    if (::access(folder.c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace

bool RedisServer::installed() { return is_installed("redis-server") && is_installed("redis-cli"); }

RedisServer::RedisServer(std::vector<std::string> settings, const fs::path& where)
    : folder_(make_folder(where)), settings_(std::move(settings)) {
  start();
}

RedisServer::~RedisServer() {
  if (process_ != 0) kill();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void RedisServer::start() {
  const auto end = std::chrono::steady_clock::now() + patience;
  if (port_ == 0) port_ = free_port();
  launch();
  while (!is_ready()) {
    int status = 0;
    if (::waitpid(process_, &status, WNOHANG) == process_) {
      port_ = free_port();  // somebody else was faster
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
                                 folder_.string(),
                                 "--unixsocket",
                                 socket().string(),
                                 "--logfile",
                                 (folder_ / "log").string(),
                                 "--save",
                                 "",
                                 "--appendonly",
                                 "yes",
                                 "--appendfsync",
                                 "always"};
  words.insert(words.end(), settings_.begin(), settings_.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() == parent) ::execvp(arguments[0], arguments.data());
  ::_exit(127);
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

void RedisServer::end(int signal) {
  ::kill(process_, signal);
  ::waitpid(process_, nullptr, 0);
  process_ = 0;
}

void RedisServer::pause() const { ::kill(process_, SIGSTOP); }
void RedisServer::resume() const { ::kill(process_, SIGCONT); }

std::string RedisServer::uri(const std::string& more) const {
  return "redis://127.0.0.1:" + std::to_string(port_) + more;
}

std::string RedisServer::cli(const std::vector<std::string>& words) {
  std::string command = "redis-cli -s " + quoted(socket().string());
  for (const std::string& word : words) command += " " + quoted(word);
  return output_of(command + " 2>&1");
}

}  // namespace tidemark::counter
