#include "tests/counter/server_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "tests/counter/loopback.h"

namespace tidemark::counter {

namespace fs = std::filesystem;

bool is_installed(const std::string& program) {
  std::istringstream path(std::getenv("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) {
    folder += "/" + program;
    if (::access(folder.c_str(), X_OK) == 0) return true;
  }
  return false;
}

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

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  std::string output;
  std::array<char, 4096> room{};
  while (const std::size_t size = std::fread(room.data(), 1, room.size(), pipe.get())) {
    output.append(room.data(), size);
  }
  return output;
}

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

ServerFolder::ServerFolder(const fs::path& where) {
  std::string pattern = (where / "tidemark-server-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

ServerFolder::~ServerFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

ServerProcess::~ServerProcess() {
  if (running()) end(SIGKILL);
}

void ServerProcess::start(std::vector<std::string> words, const fs::path& log) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ != 0) return;
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() == parent) ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

void ServerProcess::end(int signal) {
  ::kill(process_, signal);
  ::waitpid(process_, nullptr, 0);
  process_ = 0;
}

void ServerProcess::pause() const {
  ::kill(process_, SIGSTOP);
  int status = 0;
  ::waitpid(process_, &status, WUNTRACED);  // until all of its threads stand still
}
void ServerProcess::resume() const { ::kill(process_, SIGCONT); }

bool ServerProcess::has_ended() {
  int status = 0;
  if (process_ == 0 || ::waitpid(process_, &status, WNOHANG) != process_) return false;
  process_ = 0;
  return true;
}

}  // namespace tidemark::counter
