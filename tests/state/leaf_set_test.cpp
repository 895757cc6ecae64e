#include "state/leaf_set.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace tidemark::state {
namespace {

std::vector<LeafSet::Run> runs_of(const std::vector<bool>& bits) {
  std::vector<LeafSet::Run> runs;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (!bits[i]) continue;
    if (!runs.empty() && runs.back().end == i) {
      ++runs.back().end;
    } else {
      runs.push_back({i, i + 1});
    }
  }
  return runs;
}

TEST(LeafSetTest, NeighboursAreOneRunAcrossWords) {
  LeafSet set;
  set.insert({60, 64});
  set.insert({64, 200});
  set.insert({256, 320});
  EXPECT_EQ(set.runs(), (std::vector<LeafSet::Run>{{60, 200}, {256, 320}}));
  EXPECT_EQ(set.size(), 320U);
}

TEST(LeafSetTest, AnEmptyRunChangesNothing) {
  LeafSet set;
  set.insert({5, 5});
  EXPECT_EQ(set.size(), 0U);
  EXPECT_TRUE(set.runs().empty());
}

TEST(LeafSetTest, WhatWasCutOffDoesNotComeBack) {
  LeafSet set;
  set.insert({10, 100});
  set.resize(70);
  set.resize(128);
  EXPECT_EQ(set.runs(), (std::vector<LeafSet::Run>{{10, 70}}));
}

RC_GTEST_PROP(LeafSetTest, HoldsWhatWasInserted, ()) {
  LeafSet set;
  std::vector<bool> expected;
  const auto number = rc::gen::inRange<std::size_t>(0, 300);
  const auto steps = *rc::gen::container<std::vector<std::pair<std::size_t, std::size_t>>>(
      rc::gen::pair(number, number));
  for (const auto& [first, end] : steps) {
    if (first % 7 == 0) {
      set.resize(end);
      expected.resize(end);
      continue;
    }
    LeafSet other;
    other.insert({first, end});
    if (first % 2 == 0) {
      set.insert(other);
    } else {
      set.insert({first, end});
    }
    if (first < end && expected.size() < end) expected.resize(end);
    for (std::size_t i = first; i < end; ++i) expected[i] = true;
  }
  RC_ASSERT(set.size() == expected.size());
  RC_ASSERT(set.runs() == runs_of(expected));
}

}  // namespace
}  // namespace tidemark::state
