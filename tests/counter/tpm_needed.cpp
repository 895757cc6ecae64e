// Skips all tests of the program that it is linked with, saying why, where there is no swtpm.

#include <gtest/gtest.h>

#include "software_tpm.h"

namespace tidemark::counter {
namespace {

class TpmNeeded : public testing::Environment {
 public:
  void SetUp() override {
    if (SoftwareTpm::installed()) return;
    // GoogleTest counts the tests as passed; ctest looks for the word in brackets.
    GTEST_SKIP() << "[  SKIPPED ] there is no swtpm: tools/install-deps installs it";
  }
};

[[maybe_unused]] const auto* const needed = testing::AddGlobalTestEnvironment(new TpmNeeded);

}  // namespace
}  // namespace tidemark::counter
