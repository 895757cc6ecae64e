#include "counter/etcd_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "counter/mark_text.h"
#include "counter/server_failure.h"
#include "crypto/base64.h"
#include "marks.h"

namespace tidemark::counter {
namespace {

using Json = nlohmann::json;
using Outcome = ServerFailure::Outcome;
using testing::HasSubstr;

std::string encoded(std::string_view text) { return crypto::to_base64(bytes_of(text)); }

TEST(EtcdWire, AsksForTheMoveInOneTransaction) {
  const EtcdKeys keys("p", "a");
  const Json move = Json::parse(etcd_advance(keys, mark_of(1), mark_of(2)));
  ASSERT_EQ(move["compare"].size(), 1U);
  EXPECT_EQ(move["compare"][0]["key"], encoded("p/mark/a"));
  EXPECT_EQ(move["compare"][0]["target"], "VALUE");
  EXPECT_EQ(move["compare"][0]["value"], encoded(to_text(mark_of(1))));
  ASSERT_EQ(move["success"].size(), 1U);
  EXPECT_EQ(move["success"][0]["request_put"]["value"], encoded(to_text(mark_of(2))));
  EXPECT_EQ(move["failure"], Json::parse(etcd_reading(keys))["success"]);
  const Json birth = Json::parse(etcd_advance(keys, std::nullopt, mark_of(0)));
  ASSERT_EQ(birth["compare"].size(), 2U);
  for (const Json& compare : birth["compare"]) EXPECT_EQ(compare["create_revision"], "0");
  EXPECT_EQ(birth["success"].size(), 2U);
}

TEST(EtcdWire, EscapesUserAndPassword) {
  const std::string password = "\"\\\n\x01/\xc3\xa4 ";
  const auto login = etcd_login("a\"da", bytes_of(password));
  const Json json = Json::parse(text_of(login.bytes()));
  EXPECT_EQ(json["name"], "a\"da");
  EXPECT_EQ(json["password"], password);
}

Json range(const std::optional<std::string>& text) {
  Json result = {{"header", Json::object()}};
  if (text) result["kvs"] = Json::array({{{"key", "YQ=="}, {"value", encoded(*text)}}});
  return {{"response_range", result}};
}

HttpAnswer found(const std::optional<std::string>& birth, const std::optional<std::string>& mark) {
  return {200,
          Json{{"header", Json::object()}, {"responses", Json::array({range(birth), range(mark)})}}
              .dump()};
}

TEST(EtcdWire, ReadsWhatACounterHolds) {
  const auto answer = read_etcd_answer(found(to_text(mark_of(0)), to_text(mark_of(7))));
  EXPECT_FALSE(answer.moved);
  EXPECT_EQ(answer.found, (CounterReading{.birth = mark_of(0), .mark = mark_of(7)}));
  EXPECT_EQ(read_etcd_answer(found(std::nullopt, std::nullopt)).found, std::nullopt);
}

TEST(EtcdWire, TellsWhatNoTidemarkPutThere) {
  const std::string good = to_text(mark_of(0));
  for (const auto& answer : {found(good, std::nullopt), found(std::nullopt, good), found(good, ""),
                             found(good, "5"), found("x", good), found(good, good + " ")}) {
    EXPECT_THROW((void)read_etcd_answer(answer), EtcdForeignContents) << answer.body;
  }
}

Outcome outcome_of(const HttpAnswer& answer) {
  try {
    (void)read_etcd_answer(answer);
  } catch (const ServerFailure& failure) {
    return failure.outcome();
  }
  ADD_FAILURE() << answer.body;
  return Outcome::passing;
}

TEST(EtcdWire, TakesNothingElseForAnAnswer) {
  const std::string moved = R"({"header":{},"succeeded":true,"responses":[{"response_put":{}}]})";
  EXPECT_TRUE(read_etcd_answer({200, moved}).moved);
  for (
      const std::string body :
      {"", "{", "[]", "null", "1", "{}", R"({"header":{}})", R"({"header":{},"responses":{}})",
       R"({"header":{},"responses":[]})", R"({"responses":[{"response_put":{}}]})",
       R"({"header":{},"responses":[{"response_put":{}}]})",
       R"({"header":{},"succeeded":"true","responses":[{"response_put":{}}]})",
       R"({"header":{},"succeeded":true,"responses":[{"response_put":1}]})",
       R"({"header":{},"responses":[{"response_range":{}}]})",
       R"({"header":{},"responses":[{"response_range":{"kvs":{}}},{"response_range":{}}]})",
       R"({"header":{},"responses":[{"response_range":{"kvs":1}},{"response_range":{}}]})",
       R"({"header":{},"responses":[{"response_range":{"kvs":[{"value":"%"}]}},{"response_range":{}}]})",
       "<html></html>"}) {
    EXPECT_EQ(outcome_of({200, body}), Outcome::unknown) << body;
  }
  EXPECT_EQ(outcome_of({404, "Not Found"}), Outcome::unknown);
  EXPECT_EQ(outcome_of({200, std::string(60000, '[')}), Outcome::unknown) << "deep, but bounded";
}

HttpAnswer error(int code, const std::string& words) {
  return {500, Json{{"code", code}, {"error", words}, {"message", words}}.dump()};
}

TEST(EtcdWire, TellsWhatCertainlyWasNotCarriedOut) {
  EXPECT_EQ(outcome_of(error(14, "etcdserver: no leader")), Outcome::passing);
  EXPECT_EQ(outcome_of(error(8, "etcdserver: too many requests")), Outcome::passing);
  EXPECT_EQ(outcome_of(error(7, "etcdserver: permission denied")), Outcome::refused);
  EXPECT_EQ(outcome_of(error(8, "etcdserver: mvcc: database space exceeded")), Outcome::refused);
  EXPECT_EQ(outcome_of(error(3, "etcdserver: user name is empty")), Outcome::refused);
  for (const std::string words :
       {"etcdserver: request timed out", "etcdserver: server stopped", "transport is closing",
        "etcdserver: request timed out, possibly due to previous leader failure"}) {
    EXPECT_EQ(outcome_of(error(14, words)), Outcome::unknown) << words;
  }
  EXPECT_EQ(outcome_of(error(2, "raft proposal dropped")), Outcome::unknown);
  EXPECT_THROW((void)read_etcd_answer(error(16, "etcdserver: invalid auth token")),
               EtcdTokenRefused);
}

TEST(EtcdWire, TakesNoTokenThatEndsALine) {
  EXPECT_EQ(read_etcd_token({200, R"({"token":"abc.1"})"}), "abc.1");
  for (const std::string body : {R"({"token":""})", R"({})", R"({"token":1})",
                                 R"({"token":"a\r\nHost: b"})", R"({"token":"a b"})"}) {
    EXPECT_THROW((void)read_etcd_token({200, body}), ServerFailure) << body;
  }
}

}  // namespace
}  // namespace tidemark::counter
