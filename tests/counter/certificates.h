#pragma once

#include <filesystem>
#include <string>

#include "tests/counter/server_process.h"

namespace tidemark::counter {

/// An authority of a test's own, and what it certified, made by the openssl command: PEM files in a
/// folder that is gone when this is destroyed.
class Certificates {
 public:
  [[nodiscard]] static bool possible() { return is_installed("openssl"); }

  Certificates();

  [[nodiscard]] std::filesystem::path ca() const { return folder_.path() / "ca.pem"; }

  /// For 127.0.0.1 and no other name, and for a client, since etcd's gateway is one of etcd itself.
  [[nodiscard]] std::filesystem::path server() const { return folder_.path() / "server.pem"; }
  [[nodiscard]] std::filesystem::path server_key() const { return folder_.path() / "server.key"; }
  [[nodiscard]] std::filesystem::path client() const { return folder_.path() / "client.pem"; }
  [[nodiscard]] std::filesystem::path client_key() const { return folder_.path() / "client.key"; }

  /// As the settings of a URI, without & in front.
  [[nodiscard]] std::string settings() const;

 private:
  void make(const std::string& name, const std::string& subject,
            const std::string& extensions) const;

  ServerFolder folder_;
};

}  // namespace tidemark::counter
