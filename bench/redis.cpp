#include "redis.h"

#include <hiredis/hiredis.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include "bare_file.h"
#include "measure.h"
#include "small_lineage.h"
#include "tests/counter/redis_server.h"

namespace bench {
namespace {

constexpr int rounds = 1000;
constexpr std::size_t mark_size = 67;  // in text, for values of two digits

/// Sets a key with nothing in between.
class BareRedis {
 public:
  explicit BareRedis(std::uint16_t port)
      : context_(::redisConnect("127.0.0.1", port), &::redisFree) {
    if (!context_ || context_->err != 0) throw std::runtime_error("no connection to Redis");
  }

  void set() const {
    const std::string value(mark_size, '7');
    const std::unique_ptr<void, decltype(&::freeReplyObject)> reply(
        ::redisCommand(context_.get(), "SET bench %b", value.data(), value.size()),
        &::freeReplyObject);
    if (!reply || static_cast<redisReply*>(reply.get())->type != REDIS_REPLY_STATUS) {
      throw std::runtime_error("Redis refuses");
    }
  }

 private:
  std::unique_ptr<redisContext, decltype(&::redisFree)> context_;
};

}  // namespace

void small_checkpoint_with_redis(const std::filesystem::path& folder, Report& report) {
  const std::string title = "A small checkpoint with the redis: counter";
  if (!tidemark::counter::RedisServer::installed()) {
    std::printf("%s: skipped, since there is no redis-server\n", title.c_str());
    return;
  }
  const tidemark::counter::RedisServer server({}, folder);
  const BareRedis redis(server.port());
  const BareFile file(folder / "bare");
  SmallLineage encrypted(folder, "redis-encrypted", server.uri(), key_in_memory());
  SmallLineage plain(folder, "redis-plain", server.uri(), "none");
  report.table("small", title + ", " + std::to_string(rounds) + " rounds",
               measure({{"SET, then append and fdatasync of the same bytes",
                         [&] {
                           redis.set();
                           file.append_and_sync();
                         }},
                        {"checkpoint, encrypted", [&] { encrypted.checkpoint(); }},
                        {"checkpoint, without a key", [&] { plain.checkpoint(); }}},
                       rounds));
}

}  // namespace bench
