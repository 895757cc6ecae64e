// Skips all tests of the program that it is linked with, saying why, where there is no
// redis-server.

#include <gtest/gtest.h>

#include "redis_server.h"

namespace tidemark::counter {
namespace {

class RedisNeeded : public testing::Environment {
 public:
  void SetUp() override {
    if (RedisServer::installed() && Certificates::possible()) return;
    // GoogleTest counts the tests as passed; ctest looks for the word in brackets.
    GTEST_SKIP()
        << "[  SKIPPED ] there is no redis-server or no openssl: tools/install-deps installs it";
  }
};

[[maybe_unused]] const auto* const needed = testing::AddGlobalTestEnvironment(new RedisNeeded);

}  // namespace
}  // namespace tidemark::counter
