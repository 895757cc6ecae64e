// The Redis counter, with a real server, through all that a counter promises.

#include "conformance.h"
#include "redis_server.h"

namespace tidemark::counter {
namespace {

class RedisStore final : public ServerStore {
 public:
  std::shared_ptr<Counter> open_at(const std::vector<std::uint16_t>& ports,
                                   std::chrono::milliseconds timeout) override {
    return open_counter(
        redis_uri(ports.front(), "?timeout=" + std::to_string(timeout.count()) + "ms"));
  }
  std::vector<std::uint16_t> ports() const override { return {server_.port()}; }
  void stop() override { server_.stop(); }
  void kill() override { server_.kill(); }
  void start() override { server_.start(); }
  void pause() override { server_.pause(); }
  void resume() override { server_.resume(); }
  void forget() override { server_.cli({"FLUSHALL"}); }

 private:
  RedisServer server_;
};

/// With TLS, where each knows the other's certificate.
class RedisTlsStore final : public ServerStore {
 public:
  std::shared_ptr<Counter> open_at(const std::vector<std::uint16_t>& ports,
                                   std::chrono::milliseconds timeout) override {
    return open_counter("rediss://127.0.0.1:" + std::to_string(ports.front()) + "?" +
                        certificates_->settings() + "&timeout=" + std::to_string(timeout.count()) +
                        "ms");
  }
  std::vector<std::uint16_t> ports() const override { return {server_.tls_port()}; }
  void stop() override { server_.stop(); }
  void kill() override { server_.kill(); }
  void start() override { server_.start(); }
  void pause() override { server_.pause(); }
  void resume() override { server_.resume(); }
  void forget() override { server_.cli({"FLUSHALL"}); }

 private:
  std::shared_ptr<const Certificates> certificates_ = std::make_shared<Certificates>();
  RedisServer server_{certificates_};
};

class RedisSocketStore final : public Store {
 public:
  std::shared_ptr<Counter> open() override {
    return open_counter("redis+unix:" + server_.socket().string());
  }

 private:
  RedisServer server_;
};

// A full disk needs a file system of its own, which a test cannot make everywhere.
const auto backends =
    testing::Values(Backend{"Redis", [] { return std::make_unique<RedisStore>(); }},
                    Backend{"RedisWithTls", [] { return std::make_unique<RedisTlsStore>(); }},
                    Backend{"RedisSocket", [] { return std::make_unique<RedisSocketStore>(); }});

INSTANTIATE_TEST_SUITE_P(Counter, CounterConformance, backends, backend_name);
INSTANTIATE_TEST_SUITE_P(Counter, ProcessConformance, backends, backend_name);
INSTANTIATE_TEST_SUITE_P(
    Counter, OutageConformance,
    testing::Values(ServerBackend{"Redis", [] { return std::make_unique<RedisStore>(); }},
                    ServerBackend{"RedisWithTls",
                                  [] { return std::make_unique<RedisTlsStore>(); }}),
    server_name);

}  // namespace
}  // namespace tidemark::counter
