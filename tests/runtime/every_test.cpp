#include <gtest/gtest.h>
#include <tidemark/error.h>
#include <tidemark/runtime.h>

#include <chrono>

namespace tidemark::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

TEST(Every, IsNotDueBeforeAPeriodHasPassed) {
  Every hour{1h};
  EXPECT_FALSE(static_cast<bool>(hour));
  EXPECT_FALSE(static_cast<bool>(hour));
  Every never{steady_clock::duration::max()};
  EXPECT_FALSE(static_cast<bool>(never));
}

TEST(Every, IsDueOncePerPeriod) {
  const auto start = steady_clock::now();
  Every due{20ms};
  for (int times = 1; times <= 3; ++times) {
    while (!due) {
    }
    EXPECT_GE(steady_clock::now() - start, times * 20ms);
  }
}

TEST(Every, DoesNotMakeUpForMissedPeriods) {
  const auto start = steady_clock::now();
  Every due{200ms};
  while (steady_clock::now() - start < 450ms) {  // misses two
  }
  EXPECT_TRUE(static_cast<bool>(due));
  EXPECT_FALSE(static_cast<bool>(due));
}

TEST(Every, RefusesAPeriodThatIsNotPositive) {
  for (const auto period : {0s, -1s}) {
    try {
      const Every due{period};
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage);
    }
  }
}

}  // namespace
}  // namespace tidemark::test
