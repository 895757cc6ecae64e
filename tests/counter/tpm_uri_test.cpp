#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tidemark/error.h>

#include "counter/tpm_uri.h"

namespace tidemark::counter {
namespace {

TpmAddress read(std::string_view rest) { return read_tpm_uri({"tpm", std::string(rest)}); }

TEST(TpmUri, IsTheMachinesChipByDefault) {
  const TpmAddress address = read("");
  EXPECT_EQ(address.tcti, "device:/dev/tpmrm0");
  EXPECT_EQ(address.timeout, std::chrono::seconds(8));
  EXPECT_EQ(address.shown(), "tpm:device:/dev/tpmrm0");
}

TEST(TpmUri, NamesTheWayTheIndexAndHowLongToWait) {
  const TpmAddress address = read("swtpm:host=127.0.0.1,port=2321?nv=0x1ABCDEF&timeout=700ms");
  EXPECT_EQ(address.tcti, "swtpm:host=127.0.0.1,port=2321");
  EXPECT_EQ(address.index_for("a"), 0x1abcdefU);
  EXPECT_EQ(address.timeout, std::chrono::milliseconds(700));
  EXPECT_EQ(address.shown(), "tpm:swtpm:host=127.0.0.1,port=2321?nv=0x1abcdef");
  EXPECT_EQ(read("?nv=0x1000000").tcti, "device:/dev/tpmrm0");
}

TEST(TpmUri, GivesEachNameAnIndexOfTheOwners) {
  const TpmAddress address = read("");
  EXPECT_EQ(address.index_for("a"), 0x01800000U | (0xca978112U & 0x3fffffU));
  EXPECT_NE(address.index_for("a"), address.index_for("b"));
}

TEST(TpmUri, RefusesAnythingElse) {
  for (const auto* rest : {"?nv=", "?nv=1800001", "?nv=0x", "?nv=0x1800001x", "?nv=0xffffff",
                           "?nv=0x2000000", "?nv=0x-1800001", "?nv=0x101800001", "?index=1",
                           "?nv=0x1800001&nv=0x1800002", "?timeout=11s", "?timeout=0s", "?"}) {
    try {
      (void)read(rest);
      FAIL() << rest;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage);
      EXPECT_THAT(error.advice(), testing::HasSubstr("tpm:[TCTI]"));
    }
  }
}

}  // namespace
}  // namespace tidemark::counter
