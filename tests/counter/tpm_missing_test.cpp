// Linked with what stands in for the TPM counter in a build without tpm2-tss.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tidemark/counter.h>
#include <tidemark/error.h>

namespace tidemark {
namespace {

TEST(WithoutTpm, SaysThatThisBuildLacksIt) {
  for (const std::string uri : {"tpm:", "tpm:secret?nv=0x1800001"}) {
    try {
      (void)open_counter(uri);
      FAIL() << uri;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage);
      EXPECT_THAT(error.what(), testing::HasSubstr("this build has no counters of the kind tpm"));
      EXPECT_THAT(error.advice(), testing::HasSubstr("tpm2-tss"));
      EXPECT_THAT(error.what() + error.advice(), testing::Not(testing::HasSubstr("secret")));
    }
  }
}

TEST(WithoutTpm, HasTheOthers) { EXPECT_EQ(open_counter("memory:")->uri(), "memory:"); }

}  // namespace
}  // namespace tidemark
