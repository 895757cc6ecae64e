#include <gtest/gtest.h>
#include <tidemark/cereal.h>

#include <cereal/types/memory.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/utility.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "tests/state/streams.h"

namespace tidemark::test {
namespace {

/// Shared pointers of two types, in a row.
struct Two {
  std::shared_ptr<std::string> text;
  std::shared_ptr<std::int64_t> number;
  std::shared_ptr<const std::string> again;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(text, number, again);
  }
};

Saved saved_two(Two two) {
  State state;
  state.object("it", two);
  return save(state);
}

Two two_objects() {
  Two two{std::make_shared<std::string>("text"), std::make_shared<std::int64_t>(7), nullptr};
  two.again = two.text;
  return two;
}

TEST(Shared, PointersOfManyTypesRoundTrip) {
  Two loaded;
  State state;
  state.object("it", loaded);
  restore(state, saved_two(two_objects()));
  EXPECT_EQ(*loaded.text, "text");
  EXPECT_EQ(*loaded.number, 7);
  EXPECT_EQ(loaded.again, loaded.text);
  restore(state, saved_two({}));
  EXPECT_EQ(loaded.text, nullptr);
  EXPECT_EQ(loaded.number, nullptr);
}

TEST(Shared, AnObjectIsNotGivenBackAsOneOfAnotherType) {
  const Saved saved = saved_two(two_objects());
  // The last four bytes are the number of `again`: 1, the text's. 2 is the number's.
  Saved altered = saved;
  altered.bytes[saved.bytes.size() - 4] = std::byte{2};
  Two two;
  State state;
  state.object("it", two);
  EXPECT_EQ(error_of([&] { restore(state, altered); }).code(), Code::unsupported);
  // And `number` as one more object with the number of the text.
  altered = saved;
  const std::size_t id = 1 + 4 + 8 + 4;
  ASSERT_EQ(altered.bytes[id], std::byte{2});
  altered.bytes[id] = std::byte{1};
  EXPECT_EQ(error_of([&] { restore(state, altered); }).code(), Code::unsupported);
}

struct Whole {
  std::int64_t first = 1;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(first);
  }
};

TEST(Shared, WhatARestoreWouldRefuseIsNotSaved) {
  const auto whole = std::make_shared<Whole>();
  std::pair both{whole, std::shared_ptr<std::int64_t>(whole, &whole->first)};
  State state;
  state.object("it", both);
  const Error error = error_of([&] { static_cast<void>(save(state)); });
  EXPECT_EQ(error.code(), Code::usage);
  EXPECT_STREQ(error.what(),
               "section \"it\" has shared pointers of different types to the same address");
}

}  // namespace
}  // namespace tidemark::test
