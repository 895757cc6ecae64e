#include "counter/redis_script.h"

#include "counter/mark_text.h"

namespace tidemark::counter {

const std::string_view redis_script = R"(
local key, from, to = KEYS[1], ARGV[1], ARGV[2]
redis.call('PERSIST', key)
local kind = redis.call('TYPE', key).ok
if kind == 'none' then
  if from ~= '' then return {'absent'} end
  redis.call('HSET', key, 'birth', to, 'mark', to)
  return {'moved'}
end
if kind ~= 'hash' then return {'foreign'} end
local held = redis.call('HMGET', key, 'birth', 'mark')
if from == '' or held[2] ~= from then return {'held', held[1], held[2]} end
redis.call('HSET', key, 'mark', to)
return {'moved'}
)";

namespace {

std::optional<Mark> mark_in(const RedisReply& reply) {
  if (reply.kind != RedisReply::Kind::text) return std::nullopt;
  return read_mark(reply.text);
}

}  // namespace

std::string redis_key(std::string_view name) { return "tidemark:" + std::string(name); }

std::optional<ScriptAnswer> read_answer(const RedisReply& reply) {
  const auto is = [&](std::size_t size, std::string_view word) {
    return reply.list.size() == size && reply.list[0].kind == RedisReply::Kind::text &&
           reply.list[0].text == word;
  };
  if (is(1, "moved")) return ScriptAnswer{.moved = true};
  if (is(1, "absent")) return ScriptAnswer{};
  if (!is(3, "held")) return std::nullopt;
  const auto birth = mark_in(reply.list[1]);
  const auto mark = mark_in(reply.list[2]);
  if (!birth || !mark) return std::nullopt;
  return ScriptAnswer{.found = CounterReading{.birth = *birth, .mark = *mark}};
}

}  // namespace tidemark::counter
