#include "counter/redis_wire.h"

#include <hiredis/hiredis.h>

#include <new>
#include <type_traits>

#include "counter/server_failure.h"
#include "crypto/secret.h"

namespace tidemark::counter {
namespace {

constexpr std::size_t longest_answer = std::size_t{64} << 10;
constexpr int longest_list = 64;

ServerFailure no_answer() {
  return {ServerFailure::Outcome::unknown, "answers what no Redis server answers here",
          "see what is listening there, and name a Redis server"};
}

const redisReplyObjectFunctions& default_functions() {
  static const redisReplyObjectFunctions functions = [] {
    const std::unique_ptr<redisReader, decltype(&::redisReaderFree)> reader(::redisReaderCreate(),
                                                                            &::redisReaderFree);
    if (!reader) throw std::bad_alloc();
    return *reader->fn;
  }();
  return functions;
}

/// hiredis allocates a list as long as the server says it is, before any of it has come.
template <class Count>
void* make_bounded_list(const redisReadTask* task, Count count) {
  if (count > static_cast<Count>(longest_list)) return nullptr;
  return default_functions().createArray(task, count);
}

redisReplyObjectFunctions* bounded_functions() {
  static redisReplyObjectFunctions functions = [] {
    redisReplyObjectFunctions bounded = default_functions();
    bounded.createArray = &make_bounded_list;
    return bounded;
  }();
  return &functions;
}

RedisReply copy(const redisReply& reply) {
  RedisReply copied;
  switch (reply.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
      copied.kind =
          reply.type == REDIS_REPLY_ERROR ? RedisReply::Kind::error : RedisReply::Kind::text;
      copied.text.assign(reply.str, reply.len);
      break;
    case REDIS_REPLY_ARRAY:
      copied.kind = RedisReply::Kind::list;
      for (std::size_t i = 0; i < reply.elements; ++i) {
        copied.list.push_back(copy(*reply.element[i]));
      }
      break;
    default:
      break;
  }
  return copied;
}

}  // namespace

RedisRequest::RedisRequest(const std::vector<std::string_view>& words) {
  std::vector<const char*> starts;
  std::vector<std::size_t> sizes;
  for (const std::string_view word : words) {
    starts.push_back(word.data());
    sizes.push_back(word.size());
  }
  const auto size = ::redisFormatCommandArgv(&encoded_, static_cast<int>(words.size()),
                                             starts.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  size_ = static_cast<std::size_t>(size);
}

RedisRequest::~RedisRequest() {
  crypto::wipe(std::as_writable_bytes(std::span(encoded_, size_)));
  ::redisFreeCommand(encoded_);
}

Bytes RedisRequest::bytes() const noexcept { return std::as_bytes(std::span(encoded_, size_)); }

void RedisReader::Free::operator()(redisReader* reader) const noexcept {
  ::redisReaderFree(reader);
}

RedisReader::RedisReader() : reader_(::redisReaderCreateWithFunctions(bounded_functions())) {
  if (!reader_) throw std::bad_alloc();
}

void RedisReader::feed(Bytes bytes) {
  unread_ += bytes.size();
  if (unread_ > longest_answer) throw no_answer();
  if (::redisReaderFeed(reader_.get(), reinterpret_cast<const char*>(bytes.data()), bytes.size()) !=
      REDIS_OK) {
    throw std::bad_alloc();
  }
}

std::optional<RedisReply> RedisReader::next() {
  void* found = nullptr;
  if (::redisReaderGetReply(reader_.get(), &found) != REDIS_OK) throw no_answer();
  if (found == nullptr) return std::nullopt;
  unread_ = 0;
  const std::unique_ptr<redisReply, decltype(&::freeReplyObject)> owner(
      static_cast<redisReply*>(found), &::freeReplyObject);
  return copy(*owner);
}

}  // namespace tidemark::counter
