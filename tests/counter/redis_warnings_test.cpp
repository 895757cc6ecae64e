#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tidemark/counter.h>

#include "counter/redis_durability.h"
#include "redis_server.h"
#include "refusal.h"

namespace tidemark::counter {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(RedisDurability, KnowsWhatLosesWhatWasAcknowledged) {
  const auto flaw = redis_durability_flaw;
  EXPECT_EQ(flaw("appendonly", "yes"), std::nullopt);
  EXPECT_EQ(flaw("appendonly", "no"), "appendonly is no (set it to yes)");
  EXPECT_EQ(flaw("appendfsync", "always"), std::nullopt);
  EXPECT_EQ(flaw("appendfsync", "everysec"), "appendfsync is everysec (set it to always)");
  EXPECT_EQ(flaw("appendfsync", ""), "appendfsync is unknown (set it to always)");
  EXPECT_EQ(flaw("no-appendfsync-on-rewrite", "no"), std::nullopt);
  EXPECT_EQ(flaw("no-appendfsync-on-rewrite", "yes"),
            "no-appendfsync-on-rewrite is yes (set it to no)");
  for (const auto policy : {"noeviction", "volatile-lru", "volatile-ttl", ""}) {
    EXPECT_EQ(flaw("maxmemory-policy", policy), std::nullopt) << policy;
  }
  EXPECT_EQ(flaw("maxmemory-policy", "allkeys-lru"),
            "maxmemory-policy is allkeys-lru (set it to noeviction)");
  EXPECT_EQ(flaw("replicaof", ""), std::nullopt);
  EXPECT_EQ(flaw("replicaof", "10.0.0.1 6379"), "it is a replica of 10.0.0.1 6379 (name that one)");
}

std::vector<std::string> warnings_with(std::vector<std::string> settings) {
  RedisServer server(std::move(settings));
  return open_counter(server.uri())->warnings();
}

TEST(RedisWarnings, AreNoneWhereNothingIsLost) {
  EXPECT_THAT(warnings_with({}), IsEmpty());
  EXPECT_THAT(open_counter("memory:")->warnings(), IsEmpty());
}

TEST(RedisWarnings, NameTheCounterAndEachSetting) {
  EXPECT_THAT(warnings_with({"--appendonly", "no"}),
              ElementsAre(AllOf(HasSubstr("counter redis://127.0.0.1:"), HasSubstr("in a crash"),
                                HasSubstr("appendonly is no"), Not(HasSubstr("appendfsync")))));
  EXPECT_THAT(warnings_with({"--appendfsync", "everysec", "--no-appendfsync-on-rewrite", "yes",
                             "--maxmemory-policy", "allkeys-random"}),
              ElementsAre(AllOf(HasSubstr("appendfsync is everysec (set it to always), "),
                                HasSubstr("no-appendfsync-on-rewrite is yes"),
                                HasSubstr("maxmemory-policy is allkeys-random"),
                                Not(HasSubstr("appendonly is")))));
  EXPECT_THAT(warnings_with({"--appendfsync", "no"}), ElementsAre(HasSubstr("appendfsync is no")));
}

TEST(RedisWarnings, SaySoWhereTheSettingsAreNotTold) {
  RedisServer server({"--rename-command", "CONFIG", ""});
  EXPECT_THAT(open_counter(server.uri())->warnings(),
              ElementsAre(AllOf(HasSubstr("could not be checked"), HasSubstr("unknown command"))));
  RedisServer other;
  other.cli({"ACL", "SETUSER", "ada", "on", ">secret", "~*", "+@all", "-config"});
  EXPECT_THAT(
      open_counter("redis://ada:secret@127.0.0.1:" + std::to_string(other.port()))->warnings(),
      ElementsAre(
          AllOf(HasSubstr("could not be checked"), HasSubstr("NOPERM"), Not(HasSubstr("secret")))));
}

std::string refusal_with(std::vector<std::string> settings) {
  const RedisServer server(std::move(settings));
  const auto counter = open_counter(server.uri("?durable=require"));
  EXPECT_THAT(counter->warnings(), IsEmpty());
  const std::string words = refusal_of(*counter, [&] { (void)counter->read("a"); });
  EXPECT_EQ(words,
            refusal_of(*counter, [&] { (void)counter->advance("a", std::nullopt, Mark{}); }));
  EXPECT_EQ(open_counter(server.uri())->read("a"), std::nullopt) << "nothing was done";
  return words;
}

TEST(RedisDurable, IsRequiredOnDemand) {
  const RedisServer server;
  const auto counter = open_counter(server.uri("?durable=require"));
  EXPECT_FALSE(counter->advance("a", std::nullopt, Mark{}));
  EXPECT_THAT(refusal_with({"--appendfsync", "everysec"}),
              AllOf(HasSubstr("may lose in a crash what it acknowledged: appendfsync is everysec"),
                    HasSubstr("durable=require")));
  EXPECT_THAT(refusal_with({"--rename-command", "CONFIG", ""}),
              AllOf(HasSubstr("does not tell whether"), HasSubstr("durable=require")));
}

TEST(RedisWarnings, SaySoWhereTheServerIsOutOfReach) {
  RedisServer server;
  const auto counter = open_counter(server.uri());
  server.stop();
  EXPECT_THAT(counter->warnings(), ElementsAre(HasSubstr("could not be checked")));
}

}  // namespace
}  // namespace tidemark::counter
