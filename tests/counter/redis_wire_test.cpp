#include "counter/redis_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "counter/mark_text.h"
#include "counter/redis_script.h"
#include "counter/server_failure.h"
#include "marks.h"

namespace tidemark::counter {
namespace {

using Kind = RedisReply::Kind;

std::optional<RedisReply> read(std::string_view bytes) {
  RedisReader reader;
  reader.feed(bytes_of(bytes));
  return reader.next();
}

void expect_refused(std::string_view bytes) {
  try {
    (void)read(bytes);
    FAIL() << bytes.substr(0, 80);
  } catch (const ServerFailure& failure) {
    EXPECT_EQ(failure.outcome(), ServerFailure::Outcome::unknown);
  }
}

TEST(RedisRequest, IsAListOfWordsWithTheirSizes) {
  using namespace std::string_literals;
  const std::string word = "a\0\r\n"s;
  EXPECT_EQ(text_of(RedisRequest({"GET", word, ""}).bytes()),
            "*3\r\n$3\r\nGET\r\n$4\r\na\0\r\n\r\n$0\r\n\r\n"s);
}

TEST(RedisReader, ReadsEachKindOfAnswer) {
  EXPECT_EQ(read("+OK\r\n")->text, "OK");
  EXPECT_EQ(read("+OK\r\n")->kind, Kind::text);
  EXPECT_EQ(read("$4\r\na\r\nb\r\n")->text, "a\r\nb");
  EXPECT_EQ(read("-ERR no\r\n")->kind, Kind::error);
  EXPECT_EQ(read("-ERR no\r\n")->text, "ERR no");
  EXPECT_EQ(read(":5\r\n")->kind, Kind::other);
  EXPECT_EQ(read("$-1\r\n")->kind, Kind::other);
  const auto list = read("*3\r\n+a\r\n$-1\r\n*1\r\n+b\r\n");
  ASSERT_EQ(list->list.size(), 3U);
  EXPECT_EQ(list->list[0].text, "a");
  EXPECT_EQ(list->list[1].kind, Kind::other);
  EXPECT_EQ(list->list[2].list.at(0).text, "b");
}

TEST(RedisReader, PutsAnAnswerTogetherFromSingleBytes) {
  const std::string_view bytes = "*2\r\n$3\r\nabc\r\n+d\r\n";
  RedisReader reader;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(reader.next()) << i;
    reader.feed(bytes_of(bytes.substr(i, 1)));
  }
  EXPECT_EQ(reader.next()->list.at(1).text, "d");
  EXPECT_FALSE(reader.next());
}

TEST(RedisReader, TakesOneAnswerAfterTheOther) {
  RedisReader reader;
  for (int i = 0; i < 1000; ++i) {
    reader.feed(bytes_of("$1000\r\n" + std::string(1000, 'x') + "\r\n"));
    EXPECT_EQ(reader.next()->text.size(), 1000U);
  }
}

TEST(RedisReader, RefusesWhatIsNoAnswer) {
  for (const std::string_view bytes :
       {"HTTP/1.1 400 Bad Request\r\n", "\r\n", "$x\r\n", "*x\r\n", "$-2\r\n", "*-2\r\n",
        "$99999999999999999999\r\n", "\x16\x03\x01"}) {
    expect_refused(bytes);
  }
}

TEST(RedisReader, AllocatesNothingForASizeThatIsOnlyClaimed) {
  for (const std::string_view bytes :
       {"*65\r\n", "*2147483647\r\n", "*4294967296\r\n", "*1\r\n*1000000\r\n"}) {
    expect_refused(bytes);
  }
  EXPECT_FALSE(read("$536870912\r\n")) << "waits, and holds what has come";
  EXPECT_FALSE(read("*64\r\n"));
}

TEST(RedisReader, TakesNoEndlessAnswer) {
  RedisReader reader;
  reader.feed(bytes_of("$536870912\r\n"));
  const std::string more(4096, 'x');
  EXPECT_THROW(
      {
        for (int i = 0; i < 17; ++i) {
          reader.feed(bytes_of(more));
          EXPECT_FALSE(reader.next());
        }
      },
      ServerFailure);
}

TEST(RedisReader, TakesNoBottomlessAnswer) {
  std::string nested;
  for (int i = 0; i < 1000; ++i) nested += "*1\r\n";
  expect_refused(nested);
}

RedisReply text(std::string words) { return {.kind = Kind::text, .text = std::move(words)}; }

RedisReply held(const std::string& birth, const std::string& mark) {
  return {.kind = Kind::list, .list = {text("held"), text(birth), text(mark)}};
}

TEST(RedisScript, WritesMarksThatAPersonCanRead) {
  EXPECT_EQ(to_text(std::nullopt), "");
  EXPECT_EQ(to_text(Mark{.value = 18446744073709551615U}),
            "18446744073709551615 " + std::string(64, '0'));
}

TEST(RedisScript, ReadsWhatItWrote) {
  EXPECT_TRUE(read_answer({.kind = Kind::list, .list = {text("moved")}})->moved);
  const auto absent = read_answer({.kind = Kind::list, .list = {text("absent")}});
  EXPECT_FALSE(absent->moved);
  EXPECT_EQ(absent->found, std::nullopt);
  for (const std::uint64_t value : {0UL, 1UL, 9007199254740993UL, 18446744073709551615UL}) {
    EXPECT_EQ(read_answer(held(to_text(mark_of(0)), to_text(mark_of(value))))->found,
              (CounterReading{.birth = mark_of(0), .mark = mark_of(value)}));
  }
}

TEST(RedisScript, ReadsNothingElse) {
  const std::string good = to_text(mark_of(7, 0xab));
  const std::string digest = good.substr(2);
  std::string capital = good;
  std::ranges::transform(capital, capital.begin(), [](char c) { return c == 'a' ? 'A' : c; });
  ASSERT_NE(capital, good);
  for (const std::string& wrong : {std::string(),
                                   std::string("7"),
                                   std::string("7 "),
                                   " " + digest,
                                   digest,
                                   " " + good,
                                   good + " ",
                                   good + "00",
                                   good.substr(0, 64),
                                   "07 " + digest,
                                   "+7 " + digest,
                                   "-7 " + digest,
                                   "7.0 " + digest,
                                   "7e0 " + digest,
                                   "7  " + digest,
                                   "7:" + digest,
                                   "7\n" + digest,
                                   "18446744073709551616 " + digest,
                                   capital,
                                   "7 " + std::string(64, 'g'),
                                   std::string(100000, '7')}) {
    EXPECT_EQ(read_answer(held(good, wrong)), std::nullopt) << wrong.substr(0, 80);
    EXPECT_EQ(read_answer(held(wrong, good)), std::nullopt) << wrong.substr(0, 80);
  }
  EXPECT_EQ(read_answer(text("moved")), std::nullopt);
  EXPECT_EQ(read_answer({}), std::nullopt);
  EXPECT_EQ(read_answer({.kind = Kind::list}), std::nullopt);
  EXPECT_EQ(read_answer({.kind = Kind::list, .list = {text("foreign")}}), std::nullopt);
  EXPECT_EQ(read_answer({.kind = Kind::list, .list = {text("moved"), text("")}}), std::nullopt);
  EXPECT_EQ(read_answer({.kind = Kind::list, .list = {text("held"), text(good), {}}}),
            std::nullopt);
}

}  // namespace
}  // namespace tidemark::counter
