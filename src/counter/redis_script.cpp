#include "counter/redis_script.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/bytes.h"

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

/// Only exactly what to_text writes.
std::optional<Mark> read_mark(const RedisReply& reply) {
  if (reply.kind != RedisReply::Kind::text) return std::nullopt;
  const std::string& text = reply.text;
  Mark mark;
  const char* const end = text.data() + text.size();
  const auto [space, error] = std::from_chars(text.data(), end, mark.value);
  if (error != std::errc() || space == end) return std::nullopt;
  const auto digest = from_hex(std::string_view(space + 1, end));
  if (!digest || digest->size() != mark.digest.bytes.size()) return std::nullopt;
  std::ranges::copy(*digest, mark.digest.bytes.begin());
  if (to_text(mark) != text) return std::nullopt;
  return mark;
}

}  // namespace

std::string redis_key(std::string_view name) { return "tidemark:" + std::string(name); }

std::string to_text(const std::optional<Mark>& mark) {
  if (!mark) return "";
  return std::to_string(mark->value) + " " + to_hex(mark->digest.bytes);
}

std::optional<ScriptAnswer> read_answer(const RedisReply& reply) {
  const auto is = [&](std::size_t size, std::string_view word) {
    return reply.list.size() == size && reply.list[0].kind == RedisReply::Kind::text &&
           reply.list[0].text == word;
  };
  if (is(1, "moved")) return ScriptAnswer{.moved = true};
  if (is(1, "absent")) return ScriptAnswer{};
  if (!is(3, "held")) return std::nullopt;
  const auto birth = read_mark(reply.list[1]);
  const auto mark = read_mark(reply.list[2]);
  if (!birth || !mark) return std::nullopt;
  return ScriptAnswer{.found = CounterReading{.birth = *birth, .mark = *mark}};
}

}  // namespace tidemark::counter
