#pragma once

#include <gtest/gtest.h>
#include <tidemark/counter.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tidemark::counter {

/// Where a back-end keeps its marks: empty when it is made, gone when it is destroyed.
class Store {
 public:
  virtual ~Store() = default;

  /// Another client of the same marks; the same one again where there can only be one.
  [[nodiscard]] virtual std::shared_ptr<Counter> open() = 0;
};

/// What a back-end's tests hand over to be tested for all that include/tidemark/counter.h promises:
/// INSTANTIATE_TEST_SUITE_P(NAME, CounterConformance, testing::Values(Backend{...}), backend_name).
/// One that processes can share does the same with ProcessConformance, of process_conformance.cpp.
struct Backend {
  std::string name{};
  std::function<std::unique_ptr<Store>()> make{};
  std::uint64_t raced_steps = 1000;
};

inline std::string backend_name(const testing::TestParamInfo<Backend>& info) {
  return info.param.name;
}

inline void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

class CounterConformance : public testing::TestWithParam<Backend> {
 protected:
  std::unique_ptr<Store> store_ = GetParam().make();
  std::shared_ptr<Counter> counter_ = store_->open();
};

class ProcessConformance : public CounterConformance {};

/// A store that is a real server, or a cluster of them, on loopback.
class ServerStore : public Store {
 public:
  /// Another client, which finds the servers at these ports and waits that long for them.
  [[nodiscard]] virtual std::shared_ptr<Counter> open_at(const std::vector<std::uint16_t>& ports,
                                                         std::chrono::milliseconds timeout) = 0;
  [[nodiscard]] virtual std::vector<std::uint16_t> ports() const = 0;

  virtual void stop() = 0;   ///< as their administrator does it
  virtual void kill() = 0;   ///< all at once
  virtual void start() = 0;  ///< again, with what they kept, until they can be used
  virtual void pause() = 0;  ///< as if they hung
  virtual void resume() = 0;
  virtual void forget() = 0;  ///< all that they hold

  [[nodiscard]] std::shared_ptr<Counter> open() override {
    return open_at(ports(), std::chrono::seconds(5));
  }
};

/// For INSTANTIATE_TEST_SUITE_P(NAME, OutageConformance, ...), of outage_conformance.cpp: what such
/// a store does while the servers are restarted, killed, hung, slow or cut off.
struct ServerBackend {
  std::string name{};
  std::function<std::unique_ptr<ServerStore>()> make{};
  int kills = 20;
};

inline std::string server_name(const testing::TestParamInfo<ServerBackend>& info) {
  return info.param.name;
}

inline void PrintTo(const ServerBackend& backend, std::ostream* out) { *out << backend.name; }

class OutageConformance : public testing::TestWithParam<ServerBackend> {
 protected:
  void SetUp() override;

  /// A client that finds the servers through a proxy.
  [[nodiscard]] std::shared_ptr<Counter> open_through(
      const std::vector<std::uint16_t>& ports,
      std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
    return store_->open_at(ports, timeout);
  }

  std::unique_ptr<ServerStore> store_ = GetParam().make();
  std::shared_ptr<Counter> counter_ = store_->open();
};

}  // namespace tidemark::counter
