#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/counter/certificates.h"
#include "tests/counter/server_process.h"

namespace tidemark::counter {

/// The counter of a Redis server on loopback. `more` follows the port.
[[nodiscard]] std::string redis_uri(std::uint16_t port, const std::string& more = "");

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

  /// With another port, for TLS, and only for clients that have one of these certificates.
  explicit RedisServer(std::shared_ptr<const Certificates> certificates);

  /// Again, with the data that it kept.
  void start();
  void stop() { process_.end(SIGTERM); }
  void kill() { process_.end(SIGKILL); }
  void pause() const { process_.pause(); }
  void resume() const { process_.resume(); }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::uint16_t tls_port() const noexcept { return tls_port_; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_.path(); }
  [[nodiscard]] std::filesystem::path socket() const { return folder() / "socket"; }

  [[nodiscard]] std::string uri(const std::string& more = "") const {
    return redis_uri(port_, more);
  }

  /// What redis-cli prints for a command.
  std::string cli(const std::vector<std::string>& words);

 private:
  void choose_ports();
  void launch();
  [[nodiscard]] bool is_ready() const;

  ServerFolder folder_;
  std::vector<std::string> settings_;
  std::shared_ptr<const Certificates> certificates_;
  std::uint16_t port_ = 0;
  std::uint16_t tls_port_ = 0;  ///< 0: none
  ServerProcess process_;
};

}  // namespace tidemark::counter
