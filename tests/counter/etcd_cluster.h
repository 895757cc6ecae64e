#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/counter/certificates.h"
#include "tests/counter/server_process.h"

namespace tidemark::counter {

/// An etcd cluster of a test's own, on loopback, in a folder of its own. Gone, with its folder,
/// when it is destroyed. A program of tests is also linked with etcd_needed.cpp, and skips all of
/// them where there is no etcd.
class EtcdCluster {
 public:
  /// Whether there are the programs to start. All else needs them.
  [[nodiscard]] static bool installed();

  /// Started, and ready. `certificates`: with TLS, and only for clients that have one of these.
  explicit EtcdCluster(std::size_t nodes,
                       std::shared_ptr<const Certificates> certificates = nullptr);

  /// Again, with the data that they kept.
  void start();
  void start(std::size_t node);
  void wait_until_ready();
  void end(int signal);
  void end(std::size_t node, int signal) { nodes_[node]->process.end(signal); }
  void pause(std::size_t node) const { nodes_[node]->process.pause(); }
  void resume(std::size_t node) const { nodes_[node]->process.resume(); }

  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
  [[nodiscard]] std::vector<std::uint16_t> ports() const;

  /// As a counter's URI, with the cluster's ports or with others; the certificates are among the
  /// settings already.
  [[nodiscard]] std::string uri(const std::string& path = "",
                                const std::string& settings = "") const;
  [[nodiscard]] std::string uri_at(const std::vector<std::uint16_t>& ports, const std::string& path,
                                   const std::string& settings) const;

  /// What etcdctl prints for a command.
  std::string ctl(const std::vector<std::string>& words);

 private:
  struct Node {
    std::uint16_t port = 0;
    std::uint16_t peer_port = 0;
    ServerProcess process{};
  };
  void choose_ports();
  [[nodiscard]] std::filesystem::path data_of(std::size_t node) const;
  [[nodiscard]] bool is_ready(std::size_t node) const;
  [[nodiscard]] std::string scheme() const { return certificates_ ? "https://" : "http://"; }

  ServerFolder folder_;
  std::shared_ptr<const Certificates> certificates_;
  std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace tidemark::counter
