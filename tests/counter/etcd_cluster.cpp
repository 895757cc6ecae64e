#include "tests/counter/etcd_cluster.h"

#include <tidemark/counter.h>
#include <tidemark/error.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace tidemark::counter {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 120s;

std::string at(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

}  // namespace

bool EtcdCluster::installed() { return is_installed("etcd") && is_installed("etcdctl"); }

EtcdCluster::EtcdCluster(std::size_t nodes, std::shared_ptr<const Certificates> certificates)
    : certificates_(std::move(certificates)) {
  for (std::size_t i = 0; i < nodes; ++i) nodes_.push_back(std::make_unique<Node>());
  for (int attempt = 1;; ++attempt) {
    choose_ports();
    try {
      start();
      return;
    } catch (const std::runtime_error&) {
      if (attempt == 3) throw;  // else somebody took one of the ports
      end(SIGKILL);
      for (std::size_t i = 0; i < nodes; ++i) std::filesystem::remove_all(data_of(i));
    }
  }
}

void EtcdCluster::choose_ports() {
  for (const auto& node : nodes_) {
    node->port = free_port();
    node->peer_port = free_port();
  }
}

void EtcdCluster::start() {
  for (std::size_t i = 0; i < size(); ++i) start(i);
  wait_until_ready();
}

void EtcdCluster::start(std::size_t number) {
  Node& node = *nodes_[number];
  const std::string client = scheme() + at(node.port);
  const std::string peer = "http://" + at(node.peer_port);
  std::string members;
  for (std::size_t i = 0; i < size(); ++i) {
    members += (i == 0 ? "n" : ",n") + std::to_string(i) + "=http://" + at(nodes_[i]->peer_port);
  }
  std::vector<std::string> words{"etcd",
                                 "--name=n" + std::to_string(number),
                                 "--data-dir=" + data_of(number).string(),
                                 "--listen-client-urls=" + client,
                                 "--advertise-client-urls=" + client,
                                 "--listen-peer-urls=" + peer,
                                 "--initial-advertise-peer-urls=" + peer,
                                 "--initial-cluster=" + members,
                                 "--logger=zap"};
  if (certificates_) {
    words.insert(words.end(),
                 {"--cert-file=" + certificates_->server().string(),
                  "--key-file=" + certificates_->server_key().string(),
                  "--trusted-ca-file=" + certificates_->ca().string(), "--client-cert-auth"});
  }
  node.process.start(std::move(words), folder_.path() / ("log" + std::to_string(number)));
}

void EtcdCluster::wait_until_ready() {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (std::size_t i = 0; i < size(); ++i) {
    while (!is_ready(i)) {
      if (nodes_[i]->process.has_ended()) throw std::runtime_error("etcd does not start");
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("etcd hangs");
      std::this_thread::sleep_for(20ms);
    }
  }
}

void EtcdCluster::end(int signal) {
  for (const auto& node : nodes_) {
    if (node->process.running()) node->process.end(signal);
  }
}

std::filesystem::path EtcdCluster::data_of(std::size_t node) const {
  return folder_.path() / ("data" + std::to_string(node));
}

/// It answers, perhaps that it wants to know who asks.
bool EtcdCluster::is_ready(std::size_t node) const {
  try {
    (void)open_counter(uri_at({nodes_[node]->port}, "", "timeout=1s"))->read("ready");
    return true;
  } catch (const Error& error) {
    return std::string_view(error.what()).find("user name is empty") != std::string_view::npos;
  }
}

std::vector<std::uint16_t> EtcdCluster::ports() const {
  std::vector<std::uint16_t> ports;
  ports.reserve(nodes_.size());
  for (const auto& node : nodes_) ports.push_back(node->port);
  return ports;
}

std::string EtcdCluster::uri(const std::string& path, const std::string& settings) const {
  return uri_at(ports(), path, settings);
}

std::string EtcdCluster::uri_at(const std::vector<std::uint16_t>& ports, const std::string& path,
                                const std::string& settings) const {
  std::string text = "etcd://";
  for (const std::uint16_t port : ports) text += (text.ends_with('/') ? "" : ",") + at(port);
  std::string query = certificates_ ? certificates_->settings() : "";
  if (!settings.empty()) query += (query.empty() ? "" : "&") + settings;
  return text + path + (query.empty() ? "" : "?" + query);
}

std::string EtcdCluster::ctl(const std::vector<std::string>& words) {
  std::string command = "ETCDCTL_API=3 etcdctl --endpoints=" + scheme() + at(nodes_[0]->port);
  if (certificates_) {
    command += " --cacert=" + quoted(certificates_->ca().string()) +
               " --cert=" + quoted(certificates_->client().string()) +
               " --key=" + quoted(certificates_->client_key().string());
  }
  for (const std::string& word : words) command += " " + quoted(word);
  return output_of(command + " 2>&1");
}

}  // namespace tidemark::counter
