#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

/// A counter's server, running, and what an advance of the counter cannot be quicker than there.
struct Server {
  std::string counter;            ///< its URI
  std::string operation;          ///< the bare one
  std::function<void()> operate;  ///< once; keeps all that it needs alive, the server too
};

/// What can be measured. `start` throws NotInstalled where that is so.
struct Service {
  std::string name;
  std::function<Server()> start;
};

class NotInstalled : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Those of the counters that the library was built with. Each in a file of its own.
[[nodiscard]] std::vector<Service> redis_services();
[[nodiscard]] std::vector<Service> etcd_services();
[[nodiscard]] std::vector<Service> tpm_services();

}  // namespace bench
