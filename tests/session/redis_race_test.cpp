#include "race.h"
#include "tests/counter/redis_server.h"

namespace tidemark::session {
namespace {

class RedisStore final : public counter::Store {
 public:
  [[nodiscard]] std::shared_ptr<Counter> open() override { return open_counter(server_.uri()); }

 private:
  counter::RedisServer server_;
};

INSTANTIATE_TEST_SUITE_P(Counters, RaceTest,
                         testing::Values(counter::Backend{
                             "Redis", [] { return std::make_unique<RedisStore>(); }}),
                         counter::backend_name);

}  // namespace
}  // namespace tidemark::session
