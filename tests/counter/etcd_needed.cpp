// Skips all tests of the program that it is linked with, saying why, where there is no etcd.

#include <gtest/gtest.h>

#include "tests/counter/etcd_cluster.h"

namespace tidemark::counter {
namespace {

class EtcdNeeded : public testing::Environment {
 public:
  void SetUp() override {
    if (EtcdCluster::installed() && Certificates::possible()) return;
    // GoogleTest counts the tests as passed; ctest looks for the word in brackets.
    GTEST_SKIP() << "[  SKIPPED ] etcd, etcdctl or openssl is missing: tools/install-deps installs "
                    "them";
  }
};

[[maybe_unused]] const auto* const needed = testing::AddGlobalTestEnvironment(new EtcdNeeded);

}  // namespace
}  // namespace tidemark::counter
