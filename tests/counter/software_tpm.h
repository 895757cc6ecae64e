#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "tests/counter/server_process.h"

namespace tidemark::counter {

/// A software TPM of a test's own (swtpm), on loopback. What it keeps lies in a folder that is gone
/// with it.
class SoftwareTpm {
 public:
  /// Whether there is a program to start. All else needs it.
  [[nodiscard]] static bool installed();

  /// Started, and ready.
  SoftwareTpm() { start(); }

  void start();  ///< again, with what it kept
  void stop() { process_.end(SIGTERM); }
  void kill() { process_.end(SIGKILL); }
  void pause() const { process_.pause(); }
  void resume() const { process_.resume(); }

  /// Stopped, and in its place another chip, as of another machine.
  void replace();

  /// What it keeps, as a host can copy it: while it is stopped.
  [[nodiscard]] std::filesystem::path state() const { return folder_.path() / "state"; }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// The counter on it, for one client, or for several that have three sessions together. `more`
  /// follows the way to it.
  [[nodiscard]] std::string uri(const std::string& more = "") const;

 private:
  void launch();
  [[nodiscard]] bool is_ready() const;

  ServerFolder folder_;
  std::uint16_t port_ = 0;
  ServerProcess process_;
};

[[nodiscard]] std::string tpm_uri(std::uint16_t port, const std::string& more = "");

}  // namespace tidemark::counter
