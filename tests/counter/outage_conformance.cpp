// What a counter that is a server promises while that is restarted, killed, hung, slow or cut off.

#include <gmock/gmock.h>
#include <tidemark/error.h>

#include <atomic>
#include <random>
#include <thread>

#include "conformance.h"
#include "marks.h"
#include "proxy.h"

namespace tidemark::counter {

using namespace std::chrono_literals;

void OutageConformance::SetUp() { ASSERT_FALSE(counter_->advance("a", std::nullopt, mark_of(0))); }

namespace {

using Clock = std::chrono::steady_clock;
using testing::HasSubstr;

/// Why `call` says that the counter is unavailable; "" if it does not.
template <class Call>
std::string unavailable(const Counter& counter, Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::counter_unavailable) << error.what();
    EXPECT_THAT(error.what(), HasSubstr("counter " + counter.uri() + " "));
    EXPECT_NE(error.advice(), "");
    return error.what();
  }
  return "";
}

TEST_P(OutageConformance, KeepsItsMarksThroughARestart) {
  EXPECT_FALSE(counter_->advance("a", mark_of(0), mark_of(1)));
  store_->stop();
  store_->start();
  EXPECT_FALSE(counter_->advance("a", mark_of(1), mark_of(2))) << "with a new connection, unasked";
  store_->kill();
  store_->start();
  EXPECT_EQ(counter_->read("a"), (CounterReading{.birth = mark_of(0), .mark = mark_of(2)}));
  EXPECT_EQ(store_->open()->read("a"), counter_->read("a"));
}

TEST_P(OutageConformance, WaitsForAServerThatComesBackSoon) {
  auto way = std::make_unique<Proxy>(store_->ports());
  const auto ports = way->ports();
  const auto client = open_through(ports);
  way.reset();
  std::jthread later([&] {
    std::this_thread::sleep_for(300ms);
    way = std::make_unique<Proxy>(store_->ports(), ports);
  });
  EXPECT_FALSE(client->advance("a", mark_of(0), mark_of(1)));
}

TEST_P(OutageConformance, GivesUpInAFewSecondsWhereNobodyListens) {
  store_->stop();
  const auto begin = Clock::now();
  EXPECT_THAT(unavailable(*counter_, [&] { (void)counter_->read("a"); }),
              HasSubstr("cannot be reached"));
  EXPECT_GT(Clock::now() - begin, 1s) << "it asks several times";
  EXPECT_LT(Clock::now() - begin, 10s);
  EXPECT_THAT(unavailable(*counter_, [&] { (void)counter_->advance("a", mark_of(0), mark_of(1)); }),
              HasSubstr("cannot be reached"));
  store_->start();
}

/// Asks until what became of it is clear, as a session does.
void move(Counter& counter, const Mark& from, const Mark& to) {
  for (const auto end = Clock::now() + 60s; Clock::now() < end;) {
    try {
      const auto conflict = counter.advance("a", from, to);
      if (!conflict) return;
      ASSERT_TRUE(conflict->found);
      ASSERT_EQ(conflict->found->mark, to) << "an earlier request for the same";
      return;
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), Code::counter_unavailable) << error.what();
    }
  }
  FAIL() << "it does not come back";
}

TEST_P(OutageConformance, EndsEachCallInTimeWhenTheServersHang) {
  const auto impatient = open_through(store_->ports(), 500ms);
  EXPECT_EQ(impatient->read("a")->mark, mark_of(0));
  store_->pause();
  const auto ends_in_time = [](Counter& counter, const auto& call) {
    const auto begin = Clock::now();
    EXPECT_NE(unavailable(counter, call), "");
    EXPECT_LT(Clock::now() - begin, 5s);
  };
  ends_in_time(*impatient, [&] { (void)impatient->advance("a", mark_of(0), mark_of(1)); });
  ends_in_time(*impatient, [&] { (void)impatient->read("a"); });
  const auto fresh = open_through(store_->ports(), 500ms);
  ends_in_time(*fresh, [&] { (void)fresh->read("a"); });
  store_->resume();
  // What was sent may be carried out once they go on, though nobody waits for it any more.
  move(*counter_, mark_of(0), mark_of(1));
  move(*counter_, mark_of(1), mark_of(2));
  EXPECT_EQ(counter_->read("a"), (CounterReading{.birth = mark_of(0), .mark = mark_of(2)}));
}

TEST_P(OutageConformance, LetsManyCallersWaitAtOnceNotOneAfterTheOther) {
  const auto impatient = open_through(store_->ports(), 1s);
  store_->pause();
  const auto begin = Clock::now();
  {
    std::vector<std::jthread> callers;
    callers.reserve(12);
    for (int i = 0; i < 12; ++i) {
      callers.emplace_back(
          [&] { EXPECT_NE(unavailable(*impatient, [&] { (void)impatient->read("a"); }), ""); });
    }
  }
  EXPECT_LT(Clock::now() - begin, 8s);
  store_->resume();
  EXPECT_EQ(counter_->read("a")->mark, mark_of(0));
}

TEST_P(OutageConformance, TakesSlowAnswers) {
  Proxy slow(store_->ports());
  slow.delay_answers(100ms);
  const auto client = open_through(slow.ports());
  EXPECT_FALSE(client->advance("a", mark_of(0), mark_of(1)));
  EXPECT_EQ(client->read("a")->mark, mark_of(1));
  slow.delay_answers(1500ms);
  const auto impatient = open_through(slow.ports(), 300ms);
  const auto begin = Clock::now();
  EXPECT_NE(unavailable(*impatient, [&] { (void)impatient->read("a"); }), "");
  EXPECT_LT(Clock::now() - begin, 5s);
}

TEST_P(OutageConformance, ReadsAgainWhereTheAnswerWasLost) {
  Proxy proxy(store_->ports());
  const auto client = open_through(proxy.ports());
  EXPECT_EQ(client->read("a")->mark, mark_of(0));
  proxy.cut_answers(3);
  EXPECT_EQ(client->read("a")->mark, mark_of(0));
  EXPECT_EQ(proxy.cuts_left(), 0);
}

TEST_P(OutageConformance, NeverAsksTwiceForAnAdvanceThatMayHaveBeenCarriedOut) {
  Proxy proxy(store_->ports());
  const auto client = open_through(proxy.ports());
  for (std::uint64_t value = 0; value < 20; ++value) {
    EXPECT_EQ(client->read("a")->mark, mark_of(value));  // so there is a connection
    proxy.cut_answers(1);
    const auto begin = Clock::now();
    EXPECT_NE(unavailable(*client,
                          [&] { (void)client->advance("a", mark_of(value), mark_of(value + 1)); }),
              "")
        << "neither a success nor a conflict with itself";
    EXPECT_LT(Clock::now() - begin, 4s) << "at once";
    EXPECT_EQ(proxy.cuts_left(), 0);
    EXPECT_EQ(client->read("a")->mark, mark_of(value + 1)) << "it was carried out";
  }
}

TEST_P(OutageConformance, DoesNotDieOfASignal) {
  Proxy proxy(store_->ports());
  const auto client = open_through(proxy.ports(), 500ms);
  EXPECT_EQ(client->read("a")->mark, mark_of(0));
  proxy.cut_answers(1000000);
  for (int i = 0; i < 20; ++i) {
    EXPECT_NE(unavailable(*client, [&] { (void)client->advance("b", mark_of(0), mark_of(1)); }),
              "");
  }
  proxy.cut_answers(0);
  EXPECT_EQ(client->read("a")->mark, mark_of(0));
}

TEST_P(OutageConformance, LosesNothingThatWasAcknowledgedWhenKilled) {
  std::mt19937 dice(std::random_device{}());
  Mark acknowledged = mark_of(0);
  for (int round = 0; round < GetParam().kills; ++round) {
    std::atomic<bool> told = false;
    Mark asked = acknowledged;
    std::jthread client([&] {
      const auto own = open_through(store_->ports(), 2s);
      const std::string why = unavailable(*own, [&] {
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
    store_->kill();
    client.join();
    store_->start();
    const Mark found = counter_->read("a")->mark;
    ASSERT_TRUE(found == acknowledged || found == asked)
        << found.value << " instead of " << acknowledged.value << " or " << asked.value;
    acknowledged = found;
  }
}

TEST_P(OutageConformance, IsAbsentOnceTheServerForgotIt) {
  EXPECT_FALSE(counter_->advance("a", mark_of(0), mark_of(1)));
  store_->forget();
  EXPECT_EQ(counter_->read("a"), std::nullopt);
  const auto conflict = counter_->advance("a", mark_of(1), mark_of(2));
  ASSERT_TRUE(conflict);
  EXPECT_EQ(conflict->found, std::nullopt);
}

}  // namespace
}  // namespace tidemark::counter
