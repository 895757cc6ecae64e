#include "counter/redis_open.h"

#include "counter/redis.h"

namespace tidemark::counter {

std::shared_ptr<Counter> open_redis_counter(const Uri& uri) {
  return std::make_shared<RedisCounter>(read_redis_uri(uri));
}

}  // namespace tidemark::counter
