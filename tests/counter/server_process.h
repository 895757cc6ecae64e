#pragma once

#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tidemark::counter {

/// Whether there is such a program to start.
[[nodiscard]] bool is_installed(const std::string& program);

/// A free port of loopback, below those that the system hands out, so that nobody gets it while a
/// server is stopped.
[[nodiscard]] std::uint16_t free_port();

/// What a command of the shell prints.
std::string output_of(const std::string& command);

/// A word as the shell takes it.
[[nodiscard]] std::string quoted(const std::string& word);

/// A folder that is gone when this is destroyed.
class ServerFolder {
 public:
  explicit ServerFolder(
      const std::filesystem::path& where = std::filesystem::temp_directory_path());
  ServerFolder(const ServerFolder&) = delete;
  ServerFolder& operator=(const ServerFolder&) = delete;
  ~ServerFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// A server of a test's own. It does not outlive the test, however that ends.
class ServerProcess {
 public:
  ServerProcess() = default;
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess();

  /// `words`: the program and its arguments. What it prints goes to `log`.
  void start(std::vector<std::string> words, const std::filesystem::path& log);
  void end(int signal);
  void pause() const;
  void resume() const;

  [[nodiscard]] bool running() const noexcept { return process_ != 0; }

  /// Whether it ended by itself, which is noticed here.
  [[nodiscard]] bool has_ended();

 private:
  pid_t process_ = 0;
};

}  // namespace tidemark::counter
