#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tidemark/counter.h>
#include <tidemark/error.h>

#include <string>

namespace tidemark::counter {

/// What `call` throws, which must be counter_unavailable and name the counter.
template <class Call>
std::string refusal_of(const Counter& counter, Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::counter_unavailable);
    EXPECT_THAT(error.what(), testing::HasSubstr("counter " + counter.uri()));
    EXPECT_NE(error.advice(), "");
    return error.what() + ("; " + error.advice());
  }
  ADD_FAILURE() << "it was not refused";
  return "";
}

}  // namespace tidemark::counter
