// The Redis counter while its server is restarted, killed, paused, out of reach or cut off.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tidemark/error.h>

#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include "marks.h"
#include "redis_proxy.h"
#include "redis_server.h"

namespace tidemark::counter {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using testing::HasSubstr;

/// Why `call` says that the counter is unavailable; "" if it does not.
template <class Call>
std::string unavailable(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::counter_unavailable) << error.what();
    return error.what();
  }
  return "";
}

class RedisOutage : public testing::Test {
 protected:
  void SetUp() override { ASSERT_FALSE(counter_->advance("a", std::nullopt, mark_of(0))); }

  RedisServer server_;
  std::shared_ptr<Counter> counter_ = open_counter(server_.uri());
};

TEST_F(RedisOutage, KeepsItsMarksThroughARestart) {
  EXPECT_FALSE(counter_->advance("a", mark_of(0), mark_of(1)));
  server_.stop();
  server_.start();
  EXPECT_FALSE(counter_->advance("a", mark_of(1), mark_of(2))) << "with a new connection, unasked";
  server_.kill();
  server_.start();
  EXPECT_EQ(counter_->read("a"), (CounterReading{.birth = mark_of(0), .mark = mark_of(2)}));
}

TEST_F(RedisOutage, WaitsForAServerThatComesBackSoon) {
  auto way = std::make_unique<RedisProxy>(server_.port());
  const std::uint16_t port = way->port();
  const auto client = open_counter(way->uri());
  way.reset();
  std::jthread later([&] {
    std::this_thread::sleep_for(300ms);
    way = std::make_unique<RedisProxy>(server_.port(), port);
  });
  EXPECT_FALSE(client->advance("a", mark_of(0), mark_of(1)));
}

TEST_F(RedisOutage, GivesUpInAFewSecondsWhereNobodyListens) {
  server_.stop();
  const auto begin = Clock::now();
  EXPECT_THAT(unavailable([&] { (void)counter_->read("a"); }), HasSubstr("cannot be reached"));
  const auto took = Clock::now() - begin;
  EXPECT_GT(took, 1s) << "it asks several times";
  EXPECT_LT(took, 10s);
  EXPECT_THAT(unavailable([&] { (void)counter_->advance("a", mark_of(0), mark_of(1)); }),
              HasSubstr("cannot be reached"));
  const auto gone = open_counter("redis+unix:" + (server_.folder() / "nothing").string());
  EXPECT_THAT(unavailable([&] { (void)gone->read("a"); }), HasSubstr("cannot be reached"));
}

TEST_F(RedisOutage, EndsEachCallInTimeWhenTheServerHangs) {
  const auto impatient = open_counter(server_.uri("?timeout=300ms"));
  EXPECT_EQ(impatient->read("a")->mark, mark_of(0));
  server_.pause();
  const auto ends_in_time = [](const auto& call) {
    const auto begin = Clock::now();
    EXPECT_THAT(unavailable(call), HasSubstr("does not answer in time"));
    EXPECT_GE(Clock::now() - begin, 300ms);
    EXPECT_LT(Clock::now() - begin, 5s);
  };
  ends_in_time([&] { (void)impatient->advance("a", mark_of(0), mark_of(1)); });
  ends_in_time([&] { (void)impatient->read("a"); });
  ends_in_time([&] { (void)open_counter(server_.uri("?timeout=300ms"))->read("a"); });
  server_.resume();
  // What was sent is carried out once the server goes on, though nobody waits for it any more.
  while (counter_->read("a")->mark != mark_of(1)) std::this_thread::sleep_for(1ms);
  const auto late = impatient->advance("a", mark_of(0), mark_of(1));
  ASSERT_TRUE(late);
  EXPECT_EQ(late->found->mark, mark_of(1));
}

TEST_F(RedisOutage, LetsManyCallersWaitAtOnceNotOneAfterTheOther) {
  const auto impatient = open_counter(server_.uri("?timeout=1s"));
  server_.pause();
  const auto begin = Clock::now();
  {
    std::vector<std::jthread> callers;
    callers.reserve(12);
    for (int i = 0; i < 12; ++i) {
      callers.emplace_back(
          [&] { EXPECT_NE(unavailable([&] { (void)impatient->read("a"); }), ""); });
    }
  }
  EXPECT_LT(Clock::now() - begin, 8s);
  server_.resume();
  EXPECT_EQ(impatient->read("a")->mark, mark_of(0));
}

TEST_F(RedisOutage, ReadsAgainWhereTheAnswerWasLost) {
  RedisProxy proxy(server_.port());
  const auto client = open_counter(proxy.uri());
  EXPECT_EQ(client->read("a")->mark, mark_of(0));
  proxy.cut_answers(3);
  EXPECT_EQ(client->read("a")->mark, mark_of(0));
  EXPECT_EQ(proxy.cuts_left(), 0);
}

TEST_F(RedisOutage, NeverAsksTwiceForAnAdvanceThatMayHaveBeenCarriedOut) {
  RedisProxy proxy(server_.port());
  const auto client = open_counter(proxy.uri());
  for (std::uint64_t value = 0; value < 20; ++value) {
    proxy.cut_answers(1);
    EXPECT_NE(unavailable([&] { (void)client->advance("a", mark_of(value), mark_of(value + 1)); }),
              "")
        << "neither a success nor a conflict with itself";
    EXPECT_EQ(client->read("a")->mark, mark_of(value + 1)) << "it was carried out";
  }
}

TEST_F(RedisOutage, DoesNotDieOfASignal) {
  RedisProxy proxy(server_.port());
  const auto client = open_counter(proxy.uri("?timeout=500ms"));
  EXPECT_EQ(client->read("a")->mark, mark_of(0));
  proxy.cut_answers(1000000);
  for (int i = 0; i < 50; ++i) {
    EXPECT_NE(unavailable([&] { (void)client->advance("b", mark_of(0), mark_of(1)); }), "");
  }
  proxy.cut_answers(0);
  EXPECT_EQ(client->read("a")->mark, mark_of(0));
}

TEST_F(RedisOutage, LosesNothingThatWasAcknowledgedWhenKilled) {
  std::mt19937 dice(std::random_device{}());
  Mark acknowledged = mark_of(0);
  for (int round = 0; round < 20; ++round) {
    std::atomic<bool> told = false;
    Mark asked = acknowledged;
    std::jthread client([&] {
      const auto own = open_counter(server_.uri());
      const std::string why = unavailable([&] {
        while (true) {
          asked = mark_of(acknowledged.value + 1, static_cast<std::uint8_t>(round));
          const auto conflict = own->advance("a", acknowledged, asked);
          ASSERT_FALSE(conflict) << acknowledged.value;
          acknowledged = asked;
          told = true;
        }
      });
      EXPECT_NE(why, "");
    });
    while (!told) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(dice() % 20000));
    server_.kill();
    client.join();
    server_.start();
    const Mark found = counter_->read("a")->mark;
    ASSERT_TRUE(found == acknowledged || found == asked)
        << found.value << " instead of " << acknowledged.value << " or " << asked.value;
    acknowledged = found;
  }
}

TEST_F(RedisOutage, ForgetsWhatTheServerForgets) {
  EXPECT_FALSE(counter_->advance("a", mark_of(0), mark_of(1)));
  server_.cli({"FLUSHALL"});
  EXPECT_EQ(counter_->read("a"), std::nullopt);
  const auto conflict = counter_->advance("a", mark_of(1), mark_of(2));
  ASSERT_TRUE(conflict);
  EXPECT_EQ(conflict->found, std::nullopt);
}

}  // namespace
}  // namespace tidemark::counter
