#include "counter/etcd_uri.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tidemark/counter.h>
#include <tidemark/error.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/bytes.h"
#include "server_process.h"

namespace tidemark::counter {
namespace {

using namespace std::chrono_literals;

EtcdAddress read(std::string_view uri) { return read_etcd_uri(*parse_uri(uri)); }

TEST(EtcdUri, NamesAServer) {
  const auto plain = read("etcd://localhost");
  ASSERT_EQ(plain.endpoints.size(), 1U);
  EXPECT_EQ(plain.endpoints[0].host, "localhost");
  EXPECT_EQ(plain.endpoints[0].port, 2379);
  EXPECT_EQ(plain.prefix, "tidemark");
  EXPECT_FALSE(plain.tls);
  EXPECT_EQ(plain.user, "");
  EXPECT_EQ(plain.password, nullptr);
  EXPECT_EQ(plain.timeout, 5s);
  EXPECT_EQ(plain.shown(), "etcd://localhost:2379/tidemark");
}

TEST(EtcdUri, NamesAClusterAPrefixAndATimeout) {
  const auto all = read("etcd://a:1,10.0.0.2,[::1]:3/team/a%20b?timeout=250ms");
  EXPECT_EQ(all.endpoints.size(), 3U);
  EXPECT_EQ(all.prefix, "team/a b");
  EXPECT_EQ(all.timeout, 250ms);
  EXPECT_EQ(all.shown(), "etcd://a:1,10.0.0.2:2379,[::1]:3/team/a b");
  EXPECT_EQ(read("etcd://a/").prefix, "tidemark");
}

class EtcdUriFiles : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto* name : {"ca", "cert", "key"}) std::ofstream(path(name)) << name;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_.path() / name; }

  ServerFolder folder_;
};

TEST_F(EtcdUriFiles, EachTurnsTlsOn) {
  const auto all =
      read("etcd://a?ca=" + path("ca") + "&key=" + path("key") + "&cert=" + path("cert"));
  ASSERT_TRUE(all.tls);
  EXPECT_EQ(all.tls->ca, path("ca"));
  EXPECT_EQ(all.tls->certificate, path("cert"));
  EXPECT_EQ(all.tls->key, path("key"));
  EXPECT_EQ(all.shown(), "etcd://a:2379/tidemark");
  EXPECT_TRUE(read("etcd://a?ca=" + path("ca")).tls);
  EXPECT_TRUE(read("etcd://a?cert=" + path("cert")).tls);
}

TEST(EtcdUri, TakesThePasswordFromTheEnvironment) {
  ASSERT_EQ(::setenv(etcd_password_variable, "p&ss%20", 1), 0);
  const auto let_in = read("etcd://a?user=ada%40b");
  ASSERT_EQ(::unsetenv(etcd_password_variable), 0);
  EXPECT_EQ(let_in.user, "ada@b");
  EXPECT_EQ(text_of(let_in.password->bytes()), "p&ss%20") << "as it is there";
  EXPECT_EQ(let_in.shown(), "etcd://a:2379/tidemark");
}

class WrongEtcdUri : public testing::TestWithParam<std::string> {};

TEST_P(WrongEtcdUri, IsRefusedWithoutAWordOfIt) {
  try {
    (void)open_counter(GetParam());
    FAIL() << GetParam();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what() + error.advice(), testing::Not(testing::HasSubstr("secret")));
    EXPECT_THAT(error.advice(), testing::HasSubstr("etcd://HOST[:PORT]"));
  }
}

INSTANTIATE_TEST_SUITE_P(Places, WrongEtcdUri,
                         testing::Values("etcd:", "etcd:secret", "etcd://", "etcd:///p",
                                         "etcd://a,", "etcd://,a", "etcd://a,,b", "etcd://a:0",
                                         "etcd://a:secret", "etcd://sec ret", "etcd://u:secret@a",
                                         "etcd://secret@a", "etcd://a/x%", "etcd://a/x%0a",
                                         "etcd://a/" + std::string(513, 'x'), "etcd://[::1",
                                         "etcd://1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"));

INSTANTIATE_TEST_SUITE_P(Settings, WrongEtcdUri,
                         testing::Values("etcd://a?", "etcd://a?secret", "etcd://a?secret=1",
                                         "etcd://a?timeout=", "etcd://a?timeout=11s",
                                         "etcd://a?timeout=1s&timeout=1s", "etcd://a?timeout=1s&",
                                         "etcd://a?&timeout=1s", "etcd://a?user=ada",
                                         "etcd://a?user=%0a", "etcd://a?ca=/nothing/secret",
                                         "etcd://a?ca=%", "etcd://a?key=/dev/null",
                                         "etcd://a?password=secret", "etcd://a?ca="));

}  // namespace
}  // namespace tidemark::counter
