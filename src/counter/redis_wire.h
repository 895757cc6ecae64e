#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

struct redisReader;

namespace tidemark::counter {

/// What a server answers.
struct RedisReply {
  enum class Kind { text, error, list, other };
  Kind kind = Kind::other;
  std::string text{};  ///< of a text or an error, whatever its bytes
  std::vector<RedisReply> list{};
};

/// A command and its arguments as they are sent. Wiped, since one of them may be a password.
class RedisRequest {
 public:
  explicit RedisRequest(const std::vector<std::string_view>& words);
  RedisRequest(const RedisRequest&) = delete;
  RedisRequest& operator=(const RedisRequest&) = delete;
  ~RedisRequest();

  [[nodiscard]] Bytes bytes() const noexcept;

 private:
  char* encoded_ = nullptr;  ///< from hiredis, which takes it back
  std::size_t size_ = 0;
};

/// Puts answers together from the bytes that come. Takes no answer of more than 64 KiB, and no list
/// of more than 64 elements: none that is asked for here comes near.
class RedisReader {
 public:
  RedisReader();

  void feed(Bytes bytes);

  /// The next answer, once all of it is there. Throws ServerFailure (`unknown`) for what is none.
  [[nodiscard]] std::optional<RedisReply> next();

 private:
  struct Free {
    void operator()(redisReader* reader) const noexcept;
  };
  std::unique_ptr<redisReader, Free> reader_;
  std::size_t unread_ = 0;
};

}  // namespace tidemark::counter
