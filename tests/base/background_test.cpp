#include "base/background.h"

#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace tidemark {
namespace {

TEST(Background, WorksInAnotherThread) {
  std::promise<void> go;
  std::promise<std::thread::id> done;
  sigset_t mask{};
  Background background;
  background.run([&] {
    go.get_future().wait();  // which shows that run() does not wait
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    done.set_value(std::this_thread::get_id());
  });
  go.set_value();
  EXPECT_NE(done.get_future().get(), std::this_thread::get_id());
  EXPECT_EQ(sigismember(&mask, SIGTERM), 1);
  EXPECT_EQ(sigismember(&mask, SIGSEGV), 0);
}

TEST(Background, DoesOneThingAfterTheOther) {
  std::vector<int> order;
  {
    Background background;
    for (int i = 0; i < 3; ++i) background.run([&order, i] { order.push_back(i); });
    background.wait();
    background.wait();
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
    background.run([&order] { order.push_back(3); });
  }
  EXPECT_EQ(order.back(), 3);
}

}  // namespace
}  // namespace tidemark
