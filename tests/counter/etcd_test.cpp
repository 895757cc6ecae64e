// The etcd counter with real servers: what it keeps there, what it makes of what it finds, whom it
// trusts, and where it turns when some of them are gone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "counter/mark_text.h"
#include "etcd_cluster.h"
#include "marks.h"
#include "redis_server.h"
#include "refusal.h"

namespace tidemark::counter {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// One for all of these, with keys of its own for each.
class EtcdTest : public testing::Test {
 protected:
  static EtcdCluster& servers() {
    static EtcdCluster cluster(1);
    return cluster;
  }
  [[nodiscard]] std::string key(const std::string& kind) const { return prefix_ + kind + "a"; }
  std::string read_refusal() {
    return refusal_of(*counter_, [&] { (void)counter_->read("a"); });
  }

  std::string prefix_ = testing::UnitTest::GetInstance()->current_test_info()->name();
  std::shared_ptr<Counter> counter_ = open_counter(servers().uri("/" + prefix_));
};

TEST_F(EtcdTest, KeepsWhatAPersonCanRead) {
  EXPECT_FALSE(counter_->advance("a", std::nullopt, mark_of(0)));
  EXPECT_FALSE(counter_->advance("a", mark_of(0), mark_of(1)));
  EXPECT_EQ(servers().ctl({"get", "--prefix", prefix_}),
            key("/birth/") + "\n" + to_text(mark_of(0)) + "\n" + key("/mark/") + "\n" +
                to_text(mark_of(1)) + "\n");
}

TEST_F(EtcdTest, ReadingMakesNoKey) {
  EXPECT_EQ(counter_->read("a"), std::nullopt);
  EXPECT_TRUE(counter_->advance("a", mark_of(0), mark_of(1)));
  EXPECT_EQ(servers().ctl({"get", "--prefix", prefix_}), "");
}

TEST_F(EtcdTest, LeavesWhatItDoesNotKnowAlone) {
  const std::string good = to_text(mark_of(0));
  for (const auto& [birth, mark] : {std::pair{good, std::string("5")}, {"x", good}, {good, ""}}) {
    servers().ctl({"put", key("/birth/"), birth});
    servers().ctl({"put", key("/mark/"), mark});
    const std::string before = servers().ctl({"get", "--prefix", prefix_});
    EXPECT_THAT(read_refusal(), HasSubstr("no counter, under the lineage's keys"));
    EXPECT_THAT(
        refusal_of(*counter_, [&] { (void)counter_->advance("a", std::nullopt, mark_of(0)); }),
        HasSubstr("no counter"));
    EXPECT_EQ(servers().ctl({"get", "--prefix", prefix_}), before);
  }
  servers().ctl({"del", key("/mark/")});
  EXPECT_THAT(read_refusal(), HasSubstr("no counter"));
}

TEST_F(EtcdTest, TakesInNoMoreThanAMarkCanBe) {
  servers().ctl({"put", key("/birth/"), std::string(100000, 'x')});
  EXPECT_THAT(read_refusal(), HasSubstr("answers what no etcd server answers here"));
}

TEST_F(EtcdTest, SaysWhenTheClusterIsFull) {
  EXPECT_FALSE(counter_->advance("a", std::nullopt, mark_of(0)));
  const auto alarm = [&](const std::string& action) {
    return output_of("python3 -c 'import urllib.request as u; u.urlopen(\"http://127.0.0.1:" +
                     std::to_string(servers().ports()[0]) +
                     "/v3/maintenance/alarm\", b\"{\\\"action\\\":\\\"" + action +
                     "\\\",\\\"alarm\\\":\\\"NOSPACE\\\"}\")'");
  };
  EXPECT_EQ(alarm("ACTIVATE"), "");
  EXPECT_THAT(refusal_of(*counter_, [&] { (void)counter_->advance("a", mark_of(0), mark_of(1)); }),
              AllOf(HasSubstr("space exceeded"), HasSubstr("alarm disarm")));
  EXPECT_EQ(counter_->read("a")->mark, mark_of(0)) << "nothing was done";
  EXPECT_EQ(alarm("DEACTIVATE"), "");
  EXPECT_FALSE(counter_->advance("a", mark_of(0), mark_of(1)));
}

TEST_F(EtcdTest, GoesNoOtherWayThanTheUrisWhateverTheEnvironmentSays) {
  for (const auto* name : {"http_proxy", "all_proxy", "HTTPS_PROXY"}) {
    ::setenv(name, "http://127.0.0.1:1", 1);
  }
  EXPECT_EQ(open_counter(servers().uri())->read("a"), std::nullopt);
  for (const auto* name : {"http_proxy", "all_proxy", "HTTPS_PROXY"}) ::unsetenv(name);
}

TEST_F(EtcdTest, SaysWhatIsNotThere) {
  const auto none = open_counter("etcd://nothing.invalid?timeout=2s");
  EXPECT_THAT(refusal_of(*none, [&] { (void)none->read("a"); }), HasSubstr("cannot be reached"));
  if (!RedisServer::installed()) GTEST_SKIP() << "[  SKIPPED ] there is no redis-server";
  const RedisServer stranger;
  const auto other =
      open_counter("etcd://127.0.0.1:" + std::to_string(stranger.port()) + "?timeout=1s");
  EXPECT_THAT(refusal_of(*other, [&] { (void)other->advance("a", std::nullopt, mark_of(0)); }),
              HasSubstr("at 127.0.0.1:"));
}

/// Sets the password for as long as it lives.
class PasswordInEnvironment {
 public:
  explicit PasswordInEnvironment(const char* password) {
    ::setenv("TIDEMARK_ETCD_PASSWORD", password, 1);
  }
  PasswordInEnvironment(const PasswordInEnvironment&) = delete;
  PasswordInEnvironment& operator=(const PasswordInEnvironment&) = delete;
  ~PasswordInEnvironment() { ::unsetenv("TIDEMARK_ETCD_PASSWORD"); }
};

/// Ada may use the counter, Bob may not.
void let_in_users(EtcdCluster& servers) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"user", "add", "root:root"},
           {"role", "add", "root"},
           {"user", "grant-role", "root", "root"},
           {"user", "add", "ada:se\"cr et"},
           {"role", "add", "saver"},
           {"role", "grant-permission", "saver", "readwrite", "--prefix=true", "tidemark/"},
           {"user", "grant-role", "ada", "saver"},
           {"user", "add", "bob:se\"cr et"},
           {"auth", "enable"}}) {
    servers.ctl(words);
  }
}

class EtcdUsers : public testing::Test {
 protected:
  void SetUp() override { let_in_users(servers_); }
  [[nodiscard]] std::shared_ptr<Counter> open(const std::string& user) const {
    return open_counter(servers_.uri("", user.empty() ? "" : "user=" + user));
  }

  EtcdCluster servers_{1};
};

TEST_F(EtcdUsers, AreLetInWithTheirPassword) {
  const PasswordInEnvironment password("se\"cr et");
  const auto ada = open("ada");
  EXPECT_FALSE(ada->advance("a", std::nullopt, mark_of(0)));
  EXPECT_FALSE(ada->advance("a", mark_of(0), mark_of(1)));
  // Its token is forgotten, and made again unasked.
  servers_.end(SIGTERM);
  servers_.start();
  EXPECT_FALSE(ada->advance("a", mark_of(1), mark_of(2)));
  EXPECT_EQ(open("ada")->read("a")->mark, mark_of(2));
}

TEST_F(EtcdUsers, AreToldWhatIsWrongButNoPassword) {
  const auto words = [&](const std::string& user) {
    const auto counter = open(user);
    const auto begin = Clock::now();
    const std::string said = refusal_of(*counter, [&] { (void)counter->read("a"); });
    EXPECT_LT(Clock::now() - begin, 4s) << "at once";
    EXPECT_THAT(said, AllOf(Not(HasSubstr("cr et")), Not(HasSubstr("mistaken"))));
    return said;
  };
  EXPECT_THAT(words(""), AllOf(HasSubstr("user name is empty"), HasSubstr("?user=")));
  {
    const PasswordInEnvironment mistaken("mistaken");
    EXPECT_THAT(words("ada"), HasSubstr("authentication failed"));
  }
  const PasswordInEnvironment password("se\"cr et");
  EXPECT_THAT(words("nobody"), HasSubstr("authentication failed"));
  EXPECT_THAT(words("bob"), AllOf(HasSubstr("permission denied"), HasSubstr("readwrite")));
}

TEST(EtcdWithoutUsers, SaysThatItNeedsNone) {
  const EtcdCluster servers(1);
  const PasswordInEnvironment password("x");
  const auto counter = open_counter(servers.uri("", "user=ada"));
  EXPECT_THAT(refusal_of(*counter, [&] { (void)counter->read("a"); }),
              AllOf(HasSubstr("authentication is not enabled"), HasSubstr("leave out user=")));
}

class EtcdTls : public testing::Test {
 protected:
  std::string refusal(const std::string& host, const std::string& settings) {
    const auto counter =
        open_counter("etcd://" + host + ":" + std::to_string(servers_.ports()[0]) + "?" + settings);
    return refusal_of(*counter, [&] { (void)counter->advance("a", std::nullopt, mark_of(0)); });
  }

  std::shared_ptr<const Certificates> certificates_ = std::make_shared<Certificates>();
  Certificates others_;
  EtcdCluster servers_{1, certificates_};
};

TEST_F(EtcdTls, TrustsOnlyWhomItIsToldTo) {
  const std::string ca = "ca=" + certificates_->ca().string();
  const std::string client =
      "&cert=" + certificates_->client().string() + "&key=" + certificates_->client_key().string();
  EXPECT_EQ(open_counter(servers_.uri())->read("a"), std::nullopt);
  EXPECT_THAT(refusal("127.0.0.1", "ca=" + others_.ca().string() + client),
              AllOf(HasSubstr("certificate"), HasSubstr("see to the certificates")));
  EXPECT_THAT(refusal("127.0.0.1", client.substr(1)), HasSubstr("certificate"))
      << "the system knows no such authority";
  EXPECT_THAT(refusal("127.0.0.1", ca), HasSubstr("at 127.0.0.1:")) << "it wants to know us";
  EXPECT_THAT(refusal("127.0.0.1", ca + "&cert=" + others_.client().string() +
                                       "&key=" + others_.client_key().string()),
              HasSubstr("at 127.0.0.1:"));
  const auto plain =
      open_counter("etcd://127.0.0.1:" + std::to_string(servers_.ports()[0]) + "?timeout=1s");
  EXPECT_NE(refusal_of(*plain, [&] { (void)plain->read("a"); }), "");
  EXPECT_EQ(open_counter(servers_.uri())->read("a"), std::nullopt) << "nothing was done";
}

TEST_F(EtcdTls, RefusesACertificateOfAnotherName) {
  EXPECT_THAT(refusal("localhost", certificates_->settings()),
              AllOf(HasSubstr("at localhost:"), HasSubstr("see to the certificates")));
}

TEST_F(EtcdTls, WantsUsersToHaveCertificatesWithoutAName) {
  let_in_users(servers_);
  const PasswordInEnvironment password("se\"cr et");
  const auto ada = open_counter(servers_.uri("", "user=ada"));
  EXPECT_FALSE(ada->advance("a", std::nullopt, mark_of(0)));
  EXPECT_THAT(refusal("127.0.0.1", "user=ada&ca=" + certificates_->ca().string() +
                                       "&cert=" + certificates_->server().string() +
                                       "&key=" + certificates_->server_key().string()),
              AllOf(HasSubstr("names a user (CN)"), HasSubstr("make one without a CN")));
}

TEST_F(EtcdTls, AsksForNoPassphraseOnTheTerminal) {
  const ServerFolder folder;
  const auto locked = folder.path() / "locked.key";
  output_of("openssl ec -aes256 -passout pass:secret -in " + certificates_->client_key().string() +
            " -out " + locked.string() + " 2>&1");
  EXPECT_THAT(refusal("127.0.0.1", "ca=" + certificates_->ca().string() +
                                       "&cert=" + certificates_->client().string() +
                                       "&key=" + locked.string()),
              HasSubstr("cannot be reached"));
}

/// A cluster of three, of which some servers are away.
class EtcdMinority : public testing::Test {
 protected:
  static EtcdCluster& servers() {
    static EtcdCluster cluster(3);
    return cluster;
  }
  void SetUp() override { ASSERT_FALSE(counter_->advance("a", std::nullopt, mark_of(0))); }
  void TearDown() override {
    for (std::size_t node = 0; node < servers().size(); ++node) servers().resume(node);
  }

  std::string path_ =
      std::string("/") + testing::UnitTest::GetInstance()->current_test_info()->name();
  std::shared_ptr<Counter> counter_ = open_counter(servers().uri(path_));
};

TEST_F(EtcdMinority, IsPassedOverWhenKilled) {
  for (std::size_t node = 0; node < 3; ++node) {
    servers().end(node, SIGKILL);
    const auto fresh = open_counter(servers().uri(path_));
    for (const auto& client : {counter_, fresh}) {
      const Mark held = client->read("a")->mark;
      // What was on its way to a leader that is gone has no answer; then it is read again.
      try {
        EXPECT_FALSE(client->advance("a", held, mark_of(held.value + 1)));
      } catch (const Error&) {
        EXPECT_LE(client->read("a")->mark.value, held.value + 1);
      }
    }
    servers().start(node);
    servers().wait_until_ready();
  }
}

TEST_F(EtcdMinority, IsPassedOverWhenItHangs) {
  for (std::size_t node = 0; node < 3; ++node) {
    servers().pause(node);
    const auto begin = Clock::now();
    // A new leader takes its time where the disk is slow.
    const auto fresh = open_counter(servers().uri(path_, "timeout=9s"));
    EXPECT_EQ(fresh->read("a")->mark, mark_of(0));
    EXPECT_LT(Clock::now() - begin, 10s);
    servers().resume(node);
    servers().wait_until_ready();
  }
}

TEST_F(EtcdMinority, SaysSoInTimeAndTellsNothingOld) {
  servers().pause(0);
  servers().pause(1);
  const auto alone = open_counter(servers().uri_at({servers().ports()[2]}, path_, "timeout=2s"));
  for (int i = 0; i < 3; ++i) {
    const auto begin = Clock::now();
    EXPECT_NE(refusal_of(*alone, [&] { (void)alone->read("a"); }), "");
    EXPECT_NE(refusal_of(*alone, [&] { (void)alone->advance("a", mark_of(0), mark_of(1)); }), "");
    EXPECT_LT(Clock::now() - begin, 10s);
  }
  servers().resume(0);
  servers().resume(1);
  servers().wait_until_ready();
  const Mark found = counter_->read("a")->mark;
  EXPECT_TRUE(found == mark_of(0) || found == mark_of(1)) << found.value;
}

}  // namespace
}  // namespace tidemark::counter
