// The etcd counter, with a real cluster of three, through all that a counter promises.

#include "conformance.h"
#include "etcd_cluster.h"

namespace tidemark::counter {
namespace {

/// One for all tests of the program, since it takes long to start: each has keys of its own.
EtcdCluster& plain() {
  static EtcdCluster cluster(3);
  return cluster;
}

EtcdCluster& secured() {
  static EtcdCluster cluster(3, std::make_shared<Certificates>());
  return cluster;
}

class EtcdStore final : public ServerStore {
 public:
  explicit EtcdStore(EtcdCluster& servers) : servers_(servers) {
    static int count = 0;
    prefix_ = "test" + std::to_string(++count);
  }

  std::shared_ptr<Counter> open_at(const std::vector<std::uint16_t>& ports,
                                   std::chrono::milliseconds timeout) override {
    return open_counter(
        servers_.uri_at(ports, "/" + prefix_, "timeout=" + std::to_string(timeout.count()) + "ms"));
  }
  std::vector<std::uint16_t> ports() const override { return servers_.ports(); }
  void stop() override { servers_.end(SIGTERM); }
  void kill() override { servers_.end(SIGKILL); }
  void start() override { servers_.start(); }
  void pause() override {
    for (std::size_t i = 0; i < servers_.size(); ++i) servers_.pause(i);
  }
  void resume() override {
    for (std::size_t i = 0; i < servers_.size(); ++i) servers_.resume(i);
    servers_.wait_until_ready();
  }
  void forget() override { servers_.ctl({"del", "--prefix", prefix_ + "/"}); }

 private:
  EtcdCluster& servers_;
  std::string prefix_;
};

const auto backends = testing::Values(
    Backend{.name = "Etcd", .make = [] { return std::make_unique<EtcdStore>(plain()); }},
    Backend{.name = "EtcdWithTls", .make = [] { return std::make_unique<EtcdStore>(secured()); }});

INSTANTIATE_TEST_SUITE_P(Counter, CounterConformance, backends, backend_name);
INSTANTIATE_TEST_SUITE_P(Counter, ProcessConformance, backends, backend_name);
INSTANTIATE_TEST_SUITE_P(
    Counter, OutageConformance,
    testing::Values(ServerBackend{.name = "Etcd",
                                  .make = [] { return std::make_unique<EtcdStore>(plain()); },
                                  .kills = 3},
                    ServerBackend{.name = "EtcdWithTls",
                                  .make = [] { return std::make_unique<EtcdStore>(secured()); },
                                  .kills = 3}),
    server_name);

}  // namespace
}  // namespace tidemark::counter
