#pragma once

#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tidemark::counter {

/// A Redis server of a test's own: on loopback and on a socket, in a folder of its own, with the
/// settings that lose nothing. Gone, with its folder, when it is destroyed. A program of
/// tests is also linked with redis_needed.cpp, and skips all of them where there is none.
class RedisServer {
 public:
  /// Whether there is a program to start. All else needs it.
  [[nodiscard]] static bool installed();

  /// Started, and ready. `settings` come after, and so overrule, those named above. Its folder is
  /// made in `where`.
  explicit RedisServer(std::vector<std::string> settings = {},
                       const std::filesystem::path& where = std::filesystem::temp_directory_path());
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;
  ~RedisServer();

  /// Again, with the data that it kept.
  void start();
  void stop() { end(SIGTERM); }
  void kill() { end(SIGKILL); }
  void pause() const;
  void resume() const;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  [[nodiscard]] std::filesystem::path socket() const { return folder_ / "socket"; }

  /// As a counter's URI. `more` follows the port.
  [[nodiscard]] std::string uri(const std::string& more = "") const;

  /// What redis-cli prints for a command.
  std::string cli(const std::vector<std::string>& words);

 private:
  void end(int signal);
  void launch();
  [[nodiscard]] bool is_ready() const;

  std::filesystem::path folder_;
  std::vector<std::string> settings_;
  std::uint16_t port_ = 0;
  pid_t process_ = 0;
};

}  // namespace tidemark::counter
