// Linked with what stands in for the Redis counter in a build without hiredis.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tidemark/counter.h>
#include <tidemark/error.h>

namespace tidemark {
namespace {

TEST(WithoutRedis, SaysThatThisBuildLacksIt) {
  for (const std::string uri :
       {"redis://user:secret@host", "rediss://secret", "redis+unix:/secret"}) {
    try {
      (void)open_counter(uri);
      FAIL() << uri;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage);
      EXPECT_THAT(error.what(), testing::HasSubstr("this build has no counters of the kind redis"));
      EXPECT_THAT(error.advice(), testing::HasSubstr("hiredis"));
      EXPECT_THAT(error.what() + error.advice(), testing::Not(testing::HasSubstr("secret")));
    }
  }
}

TEST(WithoutRedis, HasTheOthers) { EXPECT_EQ(open_counter("memory:")->uri(), "memory:"); }

}  // namespace
}  // namespace tidemark
