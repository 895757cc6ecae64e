// Sessions whose counter is an etcd cluster that is emptied, exchanged or cut off.

#include <gtest/gtest.h>

#include "saver.h"
#include "tests/counter/etcd_cluster.h"
#include "tests/counter/proxy.h"

namespace tidemark::session {
namespace {

class EtcdSession : public testing::Test {
 protected:
  void create(Saver& saver, const std::string& uri) const {
    saver.session = Session::create(place_.options(uri), saver.state);
  }

  /// The age that a restore comes back with; throws as it does. The instance is gone afterwards.
  [[nodiscard]] std::uint64_t restored_age(const std::string& uri) const {
    Saver saver;
    saver.session = Session::restore(place_.options(uri), saver.state);
    return saver.age();
  }

  counter::EtcdCluster servers_{1};
  SavePlace place_;
};

TEST_F(EtcdSession, FindsOutWhenTheClusterLostEverything) {
  {
    Saver saver;
    create(saver, servers_.uri());
    saver.save(5);
    servers_.ctl({"del", "--prefix", "tidemark/"});
    EXPECT_EQ(code_of([&] { saver.save(6); }), Code::counter_behind);
  }
  EXPECT_EQ(code_of([&] { (void)restored_age(servers_.uri()); }), Code::counter_behind);
  Saver again;
  EXPECT_EQ(code_of([&] { create(again, servers_.uri()); }), Code::counter_behind)
      << "no fresh start either";
}

TEST_F(EtcdSession, RefusesAnotherCluster) {
  {
    Saver saver;
    create(saver, servers_.uri());
    saver.save(5);
  }
  const counter::EtcdCluster others(1);
  EXPECT_EQ(code_of([&] { (void)restored_age(others.uri()); }), Code::counter_behind)
      << "one that knows nothing cannot be told from one that lost everything";
  EXPECT_FALSE(open_counter(others.uri())
                   ->advance("lineage", std::nullopt, Mark{.digest = {{std::byte{1}}}}));
  EXPECT_EQ(code_of([&] { (void)restored_age(others.uri()); }), Code::wrong_counter);
  EXPECT_EQ(restored_age(servers_.uri()), 5U) << "the right one still does";
}

TEST_F(EtcdSession, CommitsOnceWhereTheAnswerIsCutOff) {
  counter::Proxy proxy(servers_.ports());
  const std::string uri = servers_.uri_at(proxy.ports(), "", "");
  Saver saver;
  create(saver, uri);
  for (std::uint64_t age = 1; age <= 30; ++age) {
    proxy.cut_answers(1);
    EXPECT_EQ(saver.save(age), age + 1) << "no generation twice, none left out";
    EXPECT_EQ(proxy.cuts_left(), 0);
  }
  saver.session.reset();
  EXPECT_EQ(restored_age(uri), 30U);
}

}  // namespace
}  // namespace tidemark::session
