// Sessions whose counter is a Redis server that is restarted, killed, hung, emptied, exchanged or
// cut off.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include "saver.h"
#include "tests/counter/proxy.h"
#include "tests/counter/redis_server.h"

namespace tidemark::session {
namespace {

using namespace std::chrono_literals;

class RedisSession : public testing::Test {
 protected:
  [[nodiscard]] Options options(const std::string& uri) const { return place_.options(uri); }

  void create(Saver& application) { create(application, server_.uri()); }
  void create(Saver& application, const std::string& uri) const {
    application.session = Session::create(options(uri), application.state);
  }

  /// The age that a restore comes back with; throws as it does. The instance is gone afterwards.
  [[nodiscard]] std::uint64_t restored_age(const std::string& uri) const {
    Saver application;
    application.session = Session::restore(options(uri), application.state);
    return application.age();
  }
  [[nodiscard]] std::uint64_t restored_age() const { return restored_age(server_.uri()); }

  counter::RedisServer server_;
  SavePlace place_;
};

TEST_F(RedisSession, GoesOnAfterARestartOfTheServer) {
  Saver application;
  create(application);
  EXPECT_EQ(application.save(5), 2U);
  server_.stop();
  server_.start();
  EXPECT_EQ(application.save(6), 3U);
  application.session.reset();
  server_.kill();
  server_.start();
  EXPECT_EQ(restored_age(), 6U);
}

TEST_F(RedisSession, FindsOutWhenTheServerLostEverything) {
  {
    Saver application;
    create(application);
    application.save(5);
    server_.cli({"FLUSHALL"});
    EXPECT_EQ(code_of([&] { application.save(6); }), Code::counter_behind);
  }
  EXPECT_EQ(code_of([&] { (void)restored_age(); }), Code::counter_behind);
  Saver again;
  EXPECT_EQ(code_of([&] { create(again); }), Code::counter_behind) << "no fresh start either";
}

TEST_F(RedisSession, FindsOutWhenTheServerLostTheLastMarks) {
  Saver application;
  create(application);
  const std::string before = server_.cli({"HGET", "tidemark:lineage", "mark"});
  for (const std::uint64_t age : {5U, 6U, 7U}) application.save(age);
  server_.cli({"HSET", "tidemark:lineage", "mark", before.substr(0, before.size() - 1)});
  EXPECT_EQ(code_of([&] { application.save(8); }), Code::counter_behind);
  application.session.reset();
  EXPECT_EQ(code_of([&] { (void)restored_age(); }), Code::counter_behind);
}

TEST_F(RedisSession, RefusesAnotherServer) {
  {
    Saver application;
    create(application);
    application.save(5);
  }
  counter::RedisServer other;
  EXPECT_EQ(code_of([&] { (void)restored_age(other.uri()); }), Code::counter_behind)
      << "one that knows nothing cannot be told from one that lost everything";
  const auto stranger = open_counter(other.uri());
  EXPECT_FALSE(stranger->advance("lineage", std::nullopt, Mark{.digest = {{std::byte{1}}}}));
  EXPECT_EQ(code_of([&] { (void)restored_age(other.uri()); }), Code::wrong_counter);
  EXPECT_EQ(restored_age(), 5U) << "the right one still does";
}

TEST_F(RedisSession, CommitsOnceWhereTheAnswerIsCutOff) {
  counter::Proxy proxy(server_.port());
  Saver application;
  create(application, counter::redis_uri(proxy.port()));
  for (std::uint64_t age = 1; age <= 30; ++age) {
    proxy.cut_answers(1);
    EXPECT_EQ(application.save(age), age + 1) << "no generation twice, none left out";
    EXPECT_EQ(proxy.cuts_left(), 0);
  }
  application.session.reset();
  proxy.cut_answers(1);  // of the take-over's, or of a read's
  EXPECT_EQ(restored_age(counter::redis_uri(proxy.port())), 30U);
}

TEST_F(RedisSession, TakesUpWhatWasCommittedWithoutItsKnowledge) {
  counter::Proxy proxy(server_.port());
  Saver application;
  create(application, counter::redis_uri(proxy.port()));
  proxy.cut_answers(1000000);
  EXPECT_EQ(code_of([&] { application.save(5); }), Code::unconfirmed);
  EXPECT_EQ(code_of([&] { application.save(6); }), Code::counter_unavailable)
      << "nothing is written";
  proxy.cut_answers(0);
  EXPECT_EQ(application.save(7), 3U) << "2 was committed, though nobody heard of it";
  application.session.reset();
  EXPECT_EQ(restored_age(), 7U);
}

TEST_F(RedisSession, SaysUnconfirmedInTimeWhenTheServerHangsAndTheNextRestoreTakesItUp) {
  {
    Saver application;
    create(application, server_.uri("?timeout=300ms"));
    application.save(5);
    server_.pause();
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(code_of([&] { application.save(6, Save::last); }), Code::unconfirmed);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 8s);
  }
  server_.resume();
  EXPECT_EQ(restored_age(), 6U);
}

TEST_F(RedisSession, ComesBackWithTheLastStateWhereTheServerWasStoppedDuringTheSave) {
  {
    Saver application;
    create(application);
    application.save(5);
    server_.stop();
    EXPECT_EQ(code_of([&] { application.save(6, Save::last); }), Code::unconfirmed);
  }
  EXPECT_EQ(code_of([&] { (void)restored_age(); }), Code::counter_unavailable);
  server_.start();
  EXPECT_EQ(restored_age(), 6U);
}

TEST_F(RedisSession, LosesNothingThatWasSavedWhenTheServerIsKilled) {
  std::mt19937 dice(std::random_device{}());
  std::uint64_t saved = 0;
  {
    Saver application;
    create(application);
  }
  for (int round = 0; round < 15; ++round) {
    std::uint64_t tried = saved;
    std::atomic<bool> ready = false;
    std::jthread saver([&] {
      Saver application;
      application.session =
          Session::restore(options(server_.uri("?timeout=1s")), application.state);
      ready = true;
      const Code code = code_of([&] {
        while (true) {
          application.save(++tried);
          saved = tried;
        }
      });
      EXPECT_TRUE(code == Code::unconfirmed) << name(code);
    });
    while (!ready) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(std::chrono::microseconds(dice() % 30000));
    server_.kill();
    saver.join();
    server_.start();
    // Pending or committed unheard: in both cases the newest that was written.
    EXPECT_EQ(restored_age(), tried);
    saved = tried;
  }
}

}  // namespace
}  // namespace tidemark::session
