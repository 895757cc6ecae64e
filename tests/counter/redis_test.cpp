// The Redis counter with a real server: what it keeps there, and what it makes of what it finds.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>

#include "counter/mark_text.h"
#include "counter/redis_script.h"
#include "marks.h"
#include "redis_server.h"
#include "refusal.h"

namespace tidemark::counter {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class RedisTest : public testing::Test {
 protected:
  void bear() { ASSERT_FALSE(counter_->advance("a", std::nullopt, mark_of(0))); }

  /// Both calls are refused, with the same words.
  std::string refusal() {
    const std::string words = refusal_of(*counter_, [&] { (void)counter_->read("a"); });
    EXPECT_EQ(words,
              refusal_of(*counter_, [&] { (void)counter_->advance("a", mark_of(0), mark_of(1)); }));
    return words;
  }

  RedisServer server_;
  std::shared_ptr<Counter> counter_ = open_counter(server_.uri());
};

TEST_F(RedisTest, KeepsWhatAPersonCanRead) {
  bear();
  EXPECT_FALSE(counter_->advance("a", mark_of(0), mark_of(1)));
  EXPECT_EQ(server_.cli({"KEYS", "*"}), "tidemark:a\n");
  EXPECT_EQ(server_.cli({"HMGET", "tidemark:a", "birth", "mark"}),
            to_text(mark_of(0)) + "\n" + to_text(mark_of(1)) + "\n");
  EXPECT_EQ(server_.cli({"HLEN", "tidemark:a"}), "2\n");
}

TEST_F(RedisTest, LeavesOtherKeysAlone) {
  server_.cli({"SET", "a", "1"});
  server_.cli({"SET", "tidemark:b", "2"});
  bear();
  EXPECT_EQ(server_.cli({"GET", "a"}), "1\n");
  EXPECT_EQ(server_.cli({"GET", "tidemark:b"}), "2\n");
}

TEST_F(RedisTest, ReadingMakesNoKey) {
  EXPECT_EQ(counter_->read("a"), std::nullopt);
  EXPECT_EQ(server_.cli({"DBSIZE"}), "0\n");
}

TEST_F(RedisTest, TakesAwayALifeTimeThatSomebodyGaveTheKey) {
  bear();
  server_.cli({"EXPIRE", "tidemark:a", "1000"});
  ASSERT_NE(server_.cli({"TTL", "tidemark:a"}), "-1\n");
  (void)counter_->read("a");
  EXPECT_EQ(server_.cli({"TTL", "tidemark:a"}), "-1\n");
}

TEST_F(RedisTest, UsesTheDatabaseThatIsNamed) {
  const auto other = open_counter(server_.uri("/5"));
  EXPECT_EQ(other->uri(), server_.uri("/5"));
  EXPECT_FALSE(other->advance("a", std::nullopt, mark_of(0)));
  EXPECT_EQ(counter_->read("a"), std::nullopt);
  EXPECT_EQ(server_.cli({"-n", "5", "DBSIZE"}), "1\n");
  const auto none = open_counter(server_.uri("/100"));
  EXPECT_THAT(refusal_of(*none, [&] { (void)none->read("a"); }),
              AllOf(HasSubstr("has no database 100"), HasSubstr("`databases`")));
}

TEST_F(RedisTest, LooksUpNames) {
  bear();
  const auto other = open_counter("redis://localhost:" + std::to_string(server_.port()));
  EXPECT_EQ(other->read("a")->mark, mark_of(0));
  const auto none = open_counter("redis://nothing.invalid?timeout=2s");
  EXPECT_THAT(refusal_of(*none, [&] { (void)none->read("a"); }), HasSubstr("cannot be reached"));
}

TEST_F(RedisTest, SaysThatASocketIsNotThere) {
  const auto gone = open_counter("redis+unix:" + (server_.folder() / "nothing").string());
  EXPECT_THAT(refusal_of(*gone, [&] { (void)gone->read("a"); }), HasSubstr("cannot be reached"));
}

/// What somebody else may have left under the key, as words for redis-cli.
class WrongContents : public RedisTest,
                      public testing::WithParamInterface<std::vector<std::string>> {};

TEST_P(WrongContents, AreSaidAndLeftAlone) {
  server_.cli(GetParam());
  const std::string before = server_.cli({"DEBUG", "DIGEST"}) + server_.cli({"DUMP", "tidemark:a"});
  EXPECT_THAT(refusal(), HasSubstr("no counter, under the lineage's key"));
  EXPECT_THAT(
      refusal_of(*counter_, [&] { (void)counter_->advance("a", std::nullopt, mark_of(0)); }),
      HasSubstr("no counter"));
  EXPECT_EQ(before, server_.cli({"DEBUG", "DIGEST"}) + server_.cli({"DUMP", "tidemark:a"}));
  EXPECT_EQ(counter_->read("b"), std::nullopt) << "the connection is still of use";
}

const std::string digest = std::string(64, '5');

INSTANTIATE_TEST_SUITE_P(
    Redis, WrongContents,
    testing::Values(std::vector<std::string>{"SET", "tidemark:a", "5"},
                    std::vector<std::string>{"SET", "tidemark:a", ""},
                    std::vector<std::string>{"SADD", "tidemark:a", "birth", "mark"},
                    std::vector<std::string>{"RPUSH", "tidemark:a", "birth", "mark"},
                    std::vector<std::string>{"ZADD", "tidemark:a", "1", "mark"},
                    std::vector<std::string>{"XADD", "tidemark:a", "*", "mark", "1"},
                    std::vector<std::string>{"HSET", "tidemark:a", "other", "5"},
                    std::vector<std::string>{"HSET", "tidemark:a", "birth", "0 " + digest},
                    std::vector<std::string>{"HSET", "tidemark:a", "mark", "0 " + digest},
                    std::vector<std::string>{"HSET", "tidemark:a", "birth", "", "mark", ""},
                    std::vector<std::string>{"HSET", "tidemark:a", "birth", "0 " + digest, "mark",
                                             "1e0 " + digest},
                    std::vector<std::string>{"HSET", "tidemark:a", "birth", "0 " + digest, "mark",
                                             "1"}));

TEST_F(RedisTest, TakesInNoMoreThanAMarkCanBe) {
  server_.cli({"HSET", "tidemark:a", "birth", "x", "mark", "y"});
  server_.cli(
      {"EVAL", "redis.call('HSET', KEYS[1], 'mark', string.rep('x', 1000000))", "1", "tidemark:a"});
  EXPECT_THAT(refusal(), HasSubstr("answers what no Redis server answers here"));
}

TEST_F(RedisTest, ComparesMarksAsText) {
  bear();
  // The script language's numbers are doubles: these three are one to it.
  const std::uint64_t large = std::uint64_t{1} << 53;
  EXPECT_FALSE(counter_->advance("a", mark_of(0), mark_of(large)));
  for (const std::uint64_t value : {large - 1, large + 1}) {
    Mark wrong = mark_of(large);
    wrong.value = value;
    EXPECT_TRUE(counter_->advance("a", wrong, mark_of(value + 1)));
  }
  EXPECT_EQ(counter_->read("a")->mark, mark_of(large));
}

TEST_F(RedisTest, SurvivesAScriptFlush) {
  bear();
  server_.cli({"SCRIPT", "FLUSH"});
  EXPECT_FALSE(counter_->advance("a", mark_of(0), mark_of(1)));
}

TEST_F(RedisTest, DoesNotBelieveAReplica) {
  bear();
  const RedisServer replica({"--replicaof", "127.0.0.1 " + std::to_string(server_.port())});
  const auto client = open_counter(replica.uri());
  const auto begin = std::chrono::steady_clock::now();
  for (const auto& call :
       {std::function<void()>([&] { (void)client->read("a"); }),
        std::function<void()>([&] { (void)client->read("unborn"); }),
        std::function<void()>([&] { (void)client->advance("a", mark_of(0), mark_of(1)); })}) {
    EXPECT_THAT(refusal_of(*client, call), AllOf(HasSubstr("READONLY"), HasSubstr("primary")));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3)) << "at once";
}

class RedisPasswordTest : public testing::Test {
 protected:
  [[nodiscard]] std::string refusal(const std::string& credentials) const {
    const auto counter =
        open_counter("redis://" + credentials + "127.0.0.1:" + std::to_string(server_.port()));
    EXPECT_EQ(counter->uri(), server_.uri());
    const std::string words = refusal_of(*counter, [&] { (void)counter->read("a"); });
    EXPECT_THAT(words, Not(HasSubstr("se:cr@t")));
    EXPECT_THAT(words, Not(HasSubstr("wrong")));
    for (const auto& warning : counter->warnings()) EXPECT_THAT(warning, Not(HasSubstr("wrong")));
    return words;
  }

  RedisServer server_{{"--requirepass", "se:cr@t"}};
};

TEST_F(RedisPasswordTest, LetsInWhoHasThePassword) {
  for (const std::string credentials : {":se:cr%40t@", "default:se%3acr@t@"}) {
    const auto counter = open_counter("redis://" + credentials +
                                      "localhost:" + std::to_string(server_.port()) + "/3");
    EXPECT_EQ(counter->read("a"), std::nullopt);
    EXPECT_EQ(counter->warnings(), std::vector<std::string>{});
  }
}

TEST_F(RedisPasswordTest, SaysWhatIsWrongButNotThePassword) {
  EXPECT_THAT(refusal(""), AllOf(HasSubstr("NOAUTH"), HasSubstr("?user=NAME")));
  EXPECT_THAT(refusal(":wrong@"), HasSubstr("(WRONGPASS)"));
  EXPECT_THAT(refusal("nobody:se%3acr%40t@"), HasSubstr("(WRONGPASS)"));
}

TEST_F(RedisPasswordTest, TakesThePasswordFromTheEnvironment) {
  ASSERT_EQ(::setenv("TIDEMARK_REDIS_PASSWORD", "se:cr@t", 1), 0);
  EXPECT_EQ(open_counter(server_.uri("?user=default"))->read("a"), std::nullopt);
  const std::string socket = "redis+unix:" + server_.socket().string();
  EXPECT_EQ(open_counter(socket + "?user=default")->read("a"), std::nullopt);
  ASSERT_EQ(::unsetenv("TIDEMARK_REDIS_PASSWORD"), 0);
  const auto outside = open_counter(socket);
  EXPECT_THAT(refusal_of(*outside, [&] { (void)outside->read("a"); }),
              AllOf(HasSubstr("NOAUTH"), HasSubstr("$TIDEMARK_REDIS_PASSWORD")));
}

TEST(RedisWithoutAuth, RepeatsNoPasswordThatTheServerRepeats) {
  RedisServer server({"--rename-command", "AUTH", "enter"});
  ASSERT_THAT(server.cli({"AUTH", "secret"}), HasSubstr("secret")) << "it does repeat it";
  const auto counter =
      open_counter("redis://user:secret@127.0.0.1:" + std::to_string(server.port()));
  const std::string words = refusal_of(*counter, [&] { (void)counter->read("a"); });
  EXPECT_THAT(words, AllOf(HasSubstr("(ERR)"), Not(HasSubstr("secret"))));
}

TEST(RedisPermissions, NeedsFewAndSaysWhich) {
  RedisServer server;
  server.cli({"ACL", "SETUSER", "ada", "on", ">secret", "~tidemark:*", "+eval", "+type", "+hmget",
              "+hset", "+persist"});
  server.cli({"ACL", "SETUSER", "bob", "on", ">secret", "~tidemark:*", "+get"});
  server.cli({"ACL", "SETUSER", "eve", "on", ">secret", "~other:*", "+@all"});
  const auto open = [&](const std::string& user) {
    return open_counter("redis://" + user + ":secret@127.0.0.1:" + std::to_string(server.port()));
  };
  const auto ada = open("ada");
  EXPECT_FALSE(ada->advance("a", std::nullopt, mark_of(0)));
  EXPECT_FALSE(ada->advance("a", mark_of(0), mark_of(1)));
  EXPECT_EQ(ada->read("a")->mark, mark_of(1));
  for (const auto& user : {"bob", "eve"}) {
    const auto client = open(user);
    EXPECT_THAT(refusal_of(*client, [&] { (void)client->read("a"); }),
                AllOf(HasSubstr("NOPERM"), HasSubstr("EVAL, TYPE, HMGET, HSET and PERSIST"),
                      Not(HasSubstr("secret"))));
  }
}

class RedisTls : public testing::Test {
 protected:
  std::string refusal(const std::string& host, std::uint16_t port, const std::string& settings) {
    const auto counter = open_counter("rediss://" + host + ":" + std::to_string(port) +
                                      (settings.empty() ? "" : "?" + settings));
    return refusal_of(*counter, [&] { (void)counter->advance("a", std::nullopt, mark_of(0)); });
  }
  [[nodiscard]] std::string settings(const Certificates& trusted, const Certificates& own) const {
    return "ca=" + trusted.ca().string() + "&cert=" + own.client().string() +
           "&key=" + own.client_key().string();
  }

  std::shared_ptr<const Certificates> certificates_ = std::make_shared<Certificates>();
  Certificates others_;
  RedisServer server_{certificates_};
};

TEST_F(RedisTls, TrustsOnlyWhomItIsToldTo) {
  const std::uint16_t port = server_.tls_port();
  const auto good = open_counter("rediss://127.0.0.1:" + std::to_string(port) + "?" +
                                 settings(*certificates_, *certificates_));
  EXPECT_EQ(good->uri(), "rediss://127.0.0.1:" + std::to_string(port));
  EXPECT_EQ(good->warnings(), std::vector<std::string>{});
  const auto untrusted = AllOf(HasSubstr("its certificate is not trusted"), HasSubstr("ca="));
  EXPECT_THAT(refusal("127.0.0.1", port, settings(others_, *certificates_)), untrusted);
  EXPECT_THAT(refusal("127.0.0.1", port, ""), untrusted) << "the system knows no such authority";
  EXPECT_THAT(refusal("localhost", port, settings(*certificates_, *certificates_)),
              AllOf(untrusted, HasSubstr("hostname mismatch")));
  EXPECT_THAT(refusal("127.0.0.1", port, "ca=" + certificates_->ca().string()),
              HasSubstr("or want one"));
  EXPECT_THAT(refusal("127.0.0.1", port, settings(*certificates_, others_)),
              HasSubstr("may not take it"));
  EXPECT_THAT(refusal("127.0.0.1", server_.port(), settings(*certificates_, *certificates_)),
              HasSubstr("the port is the one for TLS"));
  EXPECT_EQ(good->read("a"), std::nullopt) << "nothing was done";
}

TEST_F(RedisTls, AsksForNoPassphraseOnTheTerminal) {
  const ServerFolder folder;
  const auto locked = folder.path() / "locked.key";
  output_of("openssl ec -aes256 -passout pass:secret -in " + certificates_->client_key().string() +
            " -out " + locked.string() + " 2>&1");
  EXPECT_THAT(refusal("127.0.0.1", server_.tls_port(),
                      "ca=" + certificates_->ca().string() +
                          "&cert=" + certificates_->client().string() + "&key=" + locked.string()),
              HasSubstr("locked.key: "));
}

}  // namespace
}  // namespace tidemark::counter
