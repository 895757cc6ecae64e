// The recovery table, row by row: what a restore says where there is nothing to take up. An earlier
// row goes before a later one.

#include <gtest/gtest.h>

#include "tests/session/world.h"

namespace tidemark::session {
namespace {

constexpr std::uint64_t counter_value = 5;

struct Case {
  const char* name;
  bool born;  ///< the counter is at a birth, not at generation 5
  Findings found;
  Code code;  ///< ok: something can be taken up
};

const container::FoundGeneration generation;
const StoredFile stored;
const SharedKey key = std::make_shared<container::LineageKey>(container::LineageId{});
const Candidate candidate{&stored, &generation, key};
const container::FoundGeneration used_record{.header = {.purpose = container::Purpose::used}};
const Candidate used{&stored, &used_record, key};
const Candidate locked_candidate{&stored, &generation, nullptr};

const Case cases[] = {
    {"NothingAtABirth", true, {}, Code::no_checkpoint},
    {"TornBytesAtABirth", true, {.unreadable = true}, Code::no_checkpoint},
    {"NothingAtAMark", false, {}, Code::damaged},
    {"TornBytesAtAMark", false, {.unreadable = true}, Code::damaged},
    {"MovedAway", false, {.committed = candidate, .moved_away = true}, Code::wrong_counter},
    {"MovedAwayUnderAnotherKey",
     false,
     {.committed = locked_candidate, .moved_away = true},
     Code::wrong_key},
    {"MovedAwayAndLost",
     false,
     {.committed = candidate, .proved = 6, .moved_away = true},
     Code::counter_behind},
    {"AMoveToHereIsNotFinished",
     false,
     {.committed = candidate, .unfinished = true},
     Code::wrong_counter},
    {"AMoveToABirth", true, {.newest = 1, .unfinished = true}, Code::wrong_counter},
    {"Committed", false, {.committed = candidate, .proved = 4, .newest = 5}, Code::ok},
    {"CommittedBesideTornBytes",
     false,
     {.committed = candidate, .newest = 5, .unreadable = true},
     Code::ok},
    {"CommittedBesideAFork",
     false,
     {.committed = candidate, .newest = 5, .other_digest = true},
     Code::ok},
    {"UsedUp", false, {.committed = used, .newest = 5}, Code::used_up},
    {"UsedUpBesideTornBytes", false, {.committed = used, .unreadable = true}, Code::used_up},
    {"SavedSinceItWasUsed", false, {.committed = used, .pending = {candidate}}, Code::ok},
    {"PendingAtABirth", true, {.pending = {candidate}, .newest = 1}, Code::ok},
    {"CommittedUnderAnotherKey",
     false,
     {.committed = locked_candidate, .locked = true},
     Code::wrong_key},
    {"Older", false, {.proved = 2, .newest = 3}, Code::stale},
    {"OlderBesideTornBytes", false, {.newest = 3, .unreadable = true}, Code::damaged},
    {"OlderBesideAnAlteredOne", false, {.newest = 4, .altered = true}, Code::damaged},
    {"SameValueOtherDigest", false, {.proved = 4, .newest = 5, .other_digest = true}, Code::forked},
    {"ForkBesideTornBytes",
     false,
     {.newest = 5, .other_digest = true, .unreadable = true},
     Code::forked},
    {"ProofBeyond", false, {.proved = 6, .newest = 7}, Code::counter_behind},
    {"ProofBeyondBeforeAnyCandidate",
     false,
     {.committed = candidate, .proved = 6, .newest = 7},
     Code::counter_behind},
    {"TwoProofsOfOneValue",
     false,
     {.committed = candidate, .proved = 5, .twice = 4, .newest = 5},
     Code::counter_behind},
    {"ProofOfTheMarkItself", false, {.committed = candidate, .proved = 5, .newest = 5}, Code::ok},
    {"ProofBeyondABirth", true, {.proved = 1, .newest = 1}, Code::counter_behind},
    {"OnlyLocked", false, {.locked = true}, Code::wrong_key},
    {"LockedBesideOlder", false, {.newest = 3, .locked = true}, Code::stale},
    {"AnotherCounter", false, {.other_counter = true}, Code::wrong_counter},
    {"AnotherCounterAtABirth", true, {.other_counter = true}, Code::wrong_counter},
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class FindingsTest : public testing::TestWithParam<Case> {};

TEST_P(FindingsTest, SaysWhatWasFound) {
  const Case& row = GetParam();
  CounterReading reading{{0, Digest{{std::byte{1}}}}, {counter_value, Digest{{std::byte{2}}}}};
  if (row.born) reading.mark = reading.birth;
  const auto said = refusal(row.found, reading);
  EXPECT_EQ(said ? said->code : Code::ok, row.code);
  if (said) {
    EXPECT_NE(said->what, "");
    EXPECT_NE(said->advice, "");
  }
}

INSTANTIATE_TEST_SUITE_P(Table, FindingsTest, testing::ValuesIn(cases),
                         [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace tidemark::session
