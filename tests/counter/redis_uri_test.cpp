#include "counter/redis_uri.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tidemark/counter.h>
#include <tidemark/error.h>

#include <cstdlib>
#include <filesystem>

#include "base/bytes.h"

namespace tidemark::counter {
namespace {

using namespace std::chrono_literals;

RedisAddress read(std::string_view uri) { return read_redis_uri(*parse_uri(uri)); }

std::string password_of(const RedisAddress& address) {
  return address.password ? std::string(text_of(address.password->bytes())) : "(none)";
}

TEST(RedisUri, NamesAServer) {
  const auto plain = read("redis://localhost");
  EXPECT_EQ(plain.server.host, "localhost");
  EXPECT_EQ(plain.server.port, 6379);
  EXPECT_EQ(plain.database, 0);
  EXPECT_EQ(plain.user, "");
  EXPECT_EQ(plain.password, nullptr);
  EXPECT_EQ(plain.timeout, 5s);
  EXPECT_EQ(plain.shown(), "redis://localhost:6379");
}

TEST(RedisUri, NamesPortDatabaseAndTimeout) {
  const auto all = read("redis://10.0.0.1:1234/7?timeout=250ms");
  EXPECT_EQ(all.server.host, "10.0.0.1");
  EXPECT_EQ(all.server.port, 1234);
  EXPECT_EQ(all.database, 7);
  EXPECT_EQ(all.timeout, 250ms);
  EXPECT_EQ(all.shown(), "redis://10.0.0.1:1234/7");
  EXPECT_EQ(read("redis://h:65535/").server.port, 65535);
  EXPECT_EQ(read("redis://h?timeout=1ms").timeout, 1ms);
  EXPECT_EQ(read("redis://h/?timeout=10s").timeout, 10s);
  EXPECT_EQ(read("redis://h/0?timeout=10000ms").timeout, 10s);
}

TEST(RedisUri, NamesAnAddressInBrackets) {
  const auto bare = read("redis://[::1]");
  EXPECT_EQ(bare.server.host, "::1");
  EXPECT_EQ(bare.shown(), "redis://[::1]:6379");
  EXPECT_EQ(read("redis://u:p@[fe80::1]:80/3").shown(), "redis://[fe80::1]:80/3");
}

TEST(RedisUri, GivesUserAndPassword) {
  const auto both = read("redis://ada:se%63ret@host:1/2");
  EXPECT_EQ(both.user, "ada");
  EXPECT_EQ(password_of(both), "secret");
  EXPECT_EQ(both.shown(), "redis://host:1/2");
  const auto alone = read("redis://:secret@host");
  EXPECT_EQ(alone.user, "");
  EXPECT_EQ(password_of(alone), "secret");
}

TEST(RedisUri, DecodesEveryByteOfThePassword) {
  std::string encoded;
  std::string plain;
  for (int byte = 0; byte < 256; ++byte) {
    const std::array bytes{static_cast<std::byte>(byte)};
    encoded += "%" + to_hex(bytes);
    plain += static_cast<char>(byte);
  }
  // Longer than is taken as one.
  EXPECT_EQ(password_of(read("redis://:" + encoded.substr(0, 384) + "@h")), plain.substr(0, 128));
  EXPECT_EQ(password_of(read("redis://:" + encoded.substr(384) + "@h")), plain.substr(128));
  EXPECT_EQ(password_of(read("redis://:a:b%40c%2F%3f%25@h")), "a:b@c/?%");
}

TEST(RedisUri, TakesThePasswordFromTheEnvironment) {
  ASSERT_EQ(::setenv(redis_password_variable, "s%20@:", 1), 0);
  for (const auto* uri : {"redis://host/2?user=ada", "redis+unix:/s?timeout=1s&user=ada"}) {
    const auto let_in = read(uri);
    EXPECT_EQ(let_in.user, "ada");
    EXPECT_EQ(password_of(let_in), "s%20@:") << "as it is there";
    EXPECT_EQ(let_in.shown().find("ada"), std::string::npos);
  }
  EXPECT_THROW((void)read("redis://:secret@host?user=ada"), Error);
  ASSERT_EQ(::setenv(redis_password_variable, "", 1), 0);
  EXPECT_THROW((void)read("redis://host?user=ada"), Error);
  ASSERT_EQ(::unsetenv(redis_password_variable), 0);
}

TEST(RedisUri, AsksForTls) {
  const auto plain = read("rediss://host");
  ASSERT_TRUE(plain.tls);
  EXPECT_EQ(plain.tls->ca, "");
  EXPECT_EQ(plain.shown(), "rediss://host:6379");
  const auto all = read("rediss://:p@h:1/2?ca=/dev/null&cert=/dev/null&durable=require");
  EXPECT_EQ(all.tls->ca, "/dev/null");
  EXPECT_EQ(all.tls->certificate, "/dev/null");
  EXPECT_EQ(all.shown(), "rediss://h:1/2");
  EXPECT_FALSE(read("redis://host").tls);
}

TEST(RedisUri, AsksForDurability) {
  EXPECT_FALSE(read("redis://h").durable);
  EXPECT_TRUE(read("redis://h?durable=require").durable);
  EXPECT_TRUE(read("redis+unix:/s?durable=require").durable);
}

TEST(RedisUri, NamesASocket) {
  const auto socket = read("redis+unix:/run/redis/redis.sock?timeout=2s");
  EXPECT_EQ(socket.socket, "/run/redis/redis.sock");
  EXPECT_EQ(socket.server.host, "");
  EXPECT_EQ(socket.timeout, 2s);
  EXPECT_EQ(socket.shown(), "redis+unix:/run/redis/redis.sock");
  EXPECT_EQ(read("redis+unix:///run/./a%20b%3f").socket, "/run/a b?");
  EXPECT_EQ(read("redis+unix:/" + std::string(106, 'x')).socket.size(), 107U);
}

TEST(RedisUri, TakesARelativeSocketFromTheWorkingDirectory) {
  EXPECT_EQ(read("redis+unix:./s").socket, (std::filesystem::current_path() / "s").string());
}

class WrongRedisUri : public testing::TestWithParam<std::string> {};

TEST_P(WrongRedisUri, IsRefusedWithoutAWordOfIt) {
  try {
    (void)open_counter(GetParam());
    FAIL() << GetParam();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("secret")));
    EXPECT_THAT(error.advice(), testing::Not(testing::HasSubstr("secret")));
    EXPECT_THAT(error.advice(), testing::HasSubstr("redis://[USER:PASSWORD@]HOST"));
    EXPECT_THAT(error.advice(), testing::HasSubstr("redis+unix:PATH"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Credentials, WrongRedisUri,
    testing::Values("redis://secret@host", "redis://user:@host", "redis://:@host", "redis://@host",
                    "redis://user:secret%@host", "redis://user:secret%2@host",
                    "redis://user:secret%2x@host", "redis://user%secret:p@host",
                    "redis://user%0a:secret@host", "redis://user:sec/secret@host",
                    "redis://user:sec?secret@host", "redis://user:secret#@ho#st",
                    "redis://user:secret" + std::string(512, 'x') + "@host",
                    "redis://" + std::string(513, 'u') + ":secret@host", "redis://u:secret@"));

INSTANTIATE_TEST_SUITE_P(Hosts, WrongRedisUri,
                         testing::Values("redis:", "redis:secret", "redis:/secret", "redis://",
                                         "redis://:6379", "redis:///0", "redis://sec ret",
                                         "redis://ho%73t", "redis://host,secret",
                                         "redis://" + std::string(254, 'h'), "redis://[::1",
                                         "redis://[]", "redis://[::1]1", "redis://[secret!]",
                                         "redis://::1", "redis://[" + std::string(65, ':') + "]"));

INSTANTIATE_TEST_SUITE_P(Numbers, WrongRedisUri,
                         testing::Values("redis://h:", "redis://h:0", "redis://h:65536",
                                         "redis://h:-1", "redis://h:+1", "redis://h:1x",
                                         "redis://h: 1", "redis://h:secret", "redis://h/-1",
                                         "redis://h/secret", "redis://h/1/2",
                                         "redis://h/2147483648", "redis://h/1#x"));

INSTANTIATE_TEST_SUITE_P(
    Queries, WrongRedisUri,
    testing::Values("redis://h?", "redis://h?secret", "redis://h?timeout", "redis://h?timeout=",
                    "redis://h?timeout=s", "redis://h?timeout=ms", "redis://h?timeout=5",
                    "redis://h?timeout=0s", "redis://h?timeout=-1s", "redis://h?timeout=11s",
                    "redis://h?timeout=10001ms", "redis://h?timeout=99999999999s",
                    "redis://h?timeout=1m", "redis://h?timeout=1s&timeout=2s", "redis://h?a=secret",
                    "redis://h?Timeout=1s", "redis://h?timeout=1s?", "redis://h?durable=yes",
                    "redis://h?durable=", "redis://h?ca=/dev/null", "redis+unix:/s?ca=/dev/null",
                    "rediss://h?ca=/nothing/secret", "rediss://h?key=/dev/null",
                    "redis://h?user=ada", "rediss:secret"));

INSTANTIATE_TEST_SUITE_P(Sockets, WrongRedisUri,
                         testing::Values("redis+unix:", "redis+unix:?timeout=1s",
                                         "redis+unix:/a%00b", "redis+unix:/a%", "redis+unix:/a?x",
                                         "redis+unix:/secret" + std::string(101, 'x')));

}  // namespace
}  // namespace tidemark::counter
