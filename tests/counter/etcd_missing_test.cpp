// Linked with what stands in for the etcd counter in a build without its libraries.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tidemark/counter.h>
#include <tidemark/error.h>

namespace tidemark {
namespace {

TEST(WithoutEtcd, SaysThatThisBuildLacksIt) {
  try {
    (void)open_counter("etcd://secret");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), testing::HasSubstr("this build has no counters of the kind etcd"));
    EXPECT_THAT(error.advice(), testing::HasSubstr("libcurl"));
    EXPECT_THAT(error.what() + error.advice(), testing::Not(testing::HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace tidemark
