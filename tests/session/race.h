#pragma once

#include <gtest/gtest.h>
#include <tidemark/tidemark.h>

#include <filesystem>
#include <memory>

#include "tests/counter/conformance.h"

namespace tidemark::session {

/// Two programs that restore copies of one file at the same moment, with one counter, on the real
/// disk: INSTANTIATE_TEST_SUITE_P(NAME, RaceTest, testing::Values(counter::Backend{...}),
/// counter::backend_name).
class RaceTest : public testing::TestWithParam<counter::Backend> {
 protected:
  void SetUp() override;
  void TearDown() override;

  [[nodiscard]] Options options(const std::filesystem::path& file) const;

  /// A program that waits for the pistol, restores, adds one and saves. Its exit code tells how it
  /// went.
  [[nodiscard]] pid_t start_racer(const std::filesystem::path& file, int pistol,
                                  std::uint64_t expected) const;

  std::filesystem::path folder_;
  std::unique_ptr<counter::Store> counters_ = GetParam().make();
};

}  // namespace tidemark::session
