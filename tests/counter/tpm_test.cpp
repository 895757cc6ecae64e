// What is special about the TPM's counter: how long it waits, what it says, and what it makes of a
// host that sits between it and the chip.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tidemark/counter.h>
#include <tidemark/error.h>

#include <chrono>
#include <random>
#include <thread>

#include "marks.h"
#include "tpm_manager.h"

namespace tidemark::counter {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using Answer = TpmManager::Answer;
using Clock = std::chrono::steady_clock;

/// What `call` throws, its words and its advice; "" if nothing.
template <class Call>
std::string refusal(Code code, Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_NE(error.advice(), "");
    return error.what() + ("; " + error.advice());
  }
  return "";
}

class TpmTest : public testing::Test {
 protected:
  static constexpr std::array<std::byte, 32> secret{std::byte{7}};

  [[nodiscard]] std::shared_ptr<Counter> unlock(const std::string& more = "") const {
    return open_counter(host_.uri(more))->unlock("a", secret, identity_);
  }

  /// A counter at its birth.
  [[nodiscard]] std::shared_ptr<Counter> born(const std::string& more = "") const {
    auto counter = unlock(more);
    EXPECT_FALSE(counter->advance("a", std::nullopt, mark_of(0)));
    return counter;
  }

  static Mark next(const Counter& counter, const Mark& from, std::uint8_t variant = 0) {
    return counter.next(from, {mark_of(from.value, variant).digest});
  }

  SoftwareTpm chip_;
  mutable TpmManager host_{chip_};
  Digest identity_ = open_counter(host_.uri())->identity();
};

TEST_F(TpmTest, IsTheSameMachineAsLongAsItIsTheSameChip) {
  EXPECT_EQ(open_counter(host_.uri())->identity(), identity_);
  chip_.stop();
  chip_.start();
  EXPECT_EQ(open_counter(host_.uri())->identity(), identity_);
  chip_.replace();
  EXPECT_NE(open_counter(host_.uri())->identity(), identity_);
}

TEST_F(TpmTest, TellsNothingWithoutTheSecret) {
  const auto counter = open_counter(host_.uri());
  EXPECT_TRUE(counter->needs_secret());
  EXPECT_NE(refusal(Code::usage, [&] { (void)counter->read("a"); }), "");
  EXPECT_NE(refusal(Code::usage, [&] { (void)counter->advance("a", std::nullopt, mark_of(0)); }),
            "");
  (void)born();
  auto other = secret;
  other[31] = std::byte{1};
  const auto stranger = open_counter(host_.uri())->unlock("a", other, identity_);
  EXPECT_THAT(refusal(Code::wrong_counter, [&] { (void)stranger->read("a"); }),
              AllOf(HasSubstr("is not this lineage's"), HasSubstr("nv=")));
  EXPECT_NE(
      refusal(Code::wrong_counter, [&] { (void)stranger->advance("a", std::nullopt, mark_of(0)); }),
      "");
  EXPECT_NE(refusal(Code::usage, [&] { (void)unlock()->read("b"); }), "");
}

TEST_F(TpmTest, MakesTheNextMarkOfTheOneBeforeAndTheRoot) {
  const auto counter = born();
  const Mark one = next(*counter, mark_of(0));
  EXPECT_EQ(one.value, 1U);
  EXPECT_EQ(one, next(*unlock(), mark_of(0))) << "whoever has the secret makes the same";
  EXPECT_NE(one, next(*counter, mark_of(0), 1));
  EXPECT_NE(one.digest, next(*counter, mark_of(0, 1)).digest);
  EXPECT_NE(next(*counter, one).digest, next(*counter, mark_of(1)).digest);
  EXPECT_NE(one, next(*open_counter(host_.uri())->unlock("b", secret, identity_), mark_of(0)));
  EXPECT_FALSE(counter->advance("a", mark_of(0), one));
  EXPECT_EQ(counter->read("a")->mark, one);
  EXPECT_EQ(unlock()->read("a"), (CounterReading{mark_of(0), Mark{0, one.digest}}))
      << "who did not make it knows no value";
}

TEST_F(TpmTest, MovesOnlyToWhatItMade) {
  const auto counter = born();
  EXPECT_NE(refusal(Code::usage, [&] { (void)counter->advance("a", mark_of(0), mark_of(1)); }), "");
  const Mark one = next(*counter, mark_of(0));
  EXPECT_NE(refusal(Code::usage, [&] { (void)counter->advance("a", mark_of(0, 1), one); }), "");
  EXPECT_NE(refusal(Code::usage, [&] { (void)unlock()->advance("a", mark_of(0), one); }), "");
  EXPECT_EQ(counter->read("a")->mark, mark_of(0));
}

TEST_F(TpmTest, FinishesABirthThatWasInterrupted) {
  host_.meddle(TpmManager::nv_extend, Answer::refused, 1000, 0x101);
  EXPECT_NE(refusal(Code::counter_unavailable, [&] { (void)born(); }), "");
  host_.meddle(TpmManager::nv_extend, Answer::refused, 0);
  EXPECT_EQ(unlock()->read("a"), (CounterReading{mark_of(0), mark_of(0)}));
  const auto conflict = unlock()->advance("a", std::nullopt, mark_of(0, 1));
  ASSERT_TRUE(conflict);
  EXPECT_EQ(conflict->found, (CounterReading{mark_of(0), mark_of(0)}));
}

TEST_F(TpmTest, CommitsOnceWhateverAnswersTheHostGives) {
  const auto counter = born();
  Mark mark = mark_of(0);
  const auto step = [&](TpmManager::Command command, Answer answer, std::uint32_t error) {
    if (command == TpmManager::nv_read)
      host_.interfere(TpmManager::nv_extend, 1);  // else it reads nothing
    host_.meddle(command, answer, 1, error);
    const Mark to = next(*counter, mark);
    std::optional<Conflict> conflict;
    const bool unknown = !refusal(Code::counter_unavailable, [&] {
                            conflict = counter->advance("a", mark, to);
                          }).empty();
    EXPECT_FALSE(conflict);
    EXPECT_EQ(host_.meddlings_left(), 0);
    const Mark held = counter->read("a")->mark;
    EXPECT_TRUE(held == to || (unknown && held == mark)) << "a success is one";
    mark = held;
  };
  for (const auto command : {TpmManager::nv_read, TpmManager::nv_extend}) {
    for (const Answer answer : {Answer::lost, Answer::forged, Answer::refused, Answer::denied,
                                Answer::late, Answer::altered}) {
      for (const std::uint32_t error : {0x121U, 0x101U, 0x9a2U, 0x922U, 0x918U, 0x921U}) {
        SCOPED_TRACE(testing::Message()
                     << std::hex << command << ' ' << static_cast<int>(answer) << ' ' << error);
        step(command, answer, error);
      }
    }
  }
}

/// The bit that says whether something came in between is under the HMAC.
TEST_F(TpmTest, NoticesWhenTheHostChangesABitOfAnAnswer) {
  const auto counter = born("?timeout=2s");
  for (const auto command : {TpmManager::nv_read, TpmManager::nv_extend}) {
    host_.interfere(TpmManager::nv_extend, 1);
    host_.meddle(command, Answer::altered, 1000);
    const Mark one = next(*counter, mark_of(0));
    EXPECT_THAT(
        refusal(Code::counter_unavailable, [&] { (void)counter->advance("a", mark_of(0), one); }),
        HasSubstr("gave an answer that the chip did not make"));
    host_.meddle(command, Answer::altered, 0);
  }
}

TEST_F(TpmTest, AsksAgainWhereOthersUseTheChipABoundedNumberOfTimes) {
  const auto counter = born("?timeout=2s");
  const Mark one = next(*counter, mark_of(0));
  host_.interfere(TpmManager::nv_extend, 8);
  EXPECT_FALSE(counter->advance("a", mark_of(0), one));
  const int before = host_.count(TpmManager::nv_extend);
  host_.interfere(TpmManager::nv_extend, 1000000);
  const auto begin = Clock::now();
  EXPECT_THAT(refusal(Code::counter_unavailable,
                      [&] { (void)counter->advance("a", one, next(*counter, one)); }),
              HasSubstr("is being used by others all the time"));
  EXPECT_LT(Clock::now() - begin, 3s);
  EXPECT_LT(host_.count(TpmManager::nv_extend) - before, 200);
  host_.interfere(TpmManager::nv_extend, 0);
  EXPECT_EQ(counter->read("a")->mark, one);
}

TEST_F(TpmTest, ReadsOnlyWhereSomebodyUsedTheChipSince) {
  const auto counter = born();
  const auto other = unlock();
  Mark mark = mark_of(0);
  const auto reads = [&](Counter& by) {
    const int before = host_.count(TpmManager::nv_read);
    const Mark to = next(by, mark);
    EXPECT_FALSE(by.advance("a", mark, to));
    mark = to;
    return host_.count(TpmManager::nv_read) - before;
  };
  EXPECT_EQ(reads(*counter), 0) << "the birth ended with a read";
  EXPECT_EQ(reads(*counter), 0);
  EXPECT_EQ(counter->read("a")->mark, mark);
  EXPECT_EQ(reads(*counter), 0);
  host_.interfere(TpmManager::nv_extend, 1);
  EXPECT_EQ(reads(*counter), 1);
  EXPECT_EQ(reads(*counter), 0);
  EXPECT_EQ(reads(*other), 1);
  EXPECT_EQ(reads(*counter), 1);
  const Mark stale = next(*counter, mark_of(0), 9);
  EXPECT_EQ(counter->advance("a", mark_of(0), stale)->found->mark, mark);
}

TEST_F(TpmTest, SaysWhatTheChipComplainsAbout) {
  const auto counter = born("?timeout=700ms");
  const auto said = [&](std::uint32_t error) {
    host_.meddle(TpmManager::nv_read, Answer::refused, 1000, error);
    const std::string words = refusal(Code::counter_unavailable, [&] { (void)counter->read("a"); });
    host_.meddle(TpmManager::nv_read, Answer::refused, 0);
    EXPECT_THAT(words, HasSubstr("counter " + host_.uri()));
    return words;
  };
  EXPECT_THAT(said(0x921), AllOf(HasSubstr("lockout"), HasSubstr("tpm2_dictionarylockout -c")));
  EXPECT_THAT(said(0x920), HasSubstr("save less often"));
  EXPECT_THAT(said(0x101), HasSubstr("worn out"));
  EXPECT_THAT(said(0x100), HasSubstr("was not started"));
  EXPECT_THAT(said(0x14a), HasSubstr("lost what it held"));
  EXPECT_THAT(said(0x923), HasSubstr("refuses: "));
  EXPECT_EQ(counter->read("a")->mark, mark_of(0));
}

TEST_F(TpmTest, WantsNoPasswordOfTheOwners) {
  host_.meddle(TpmManager::nv_define, Answer::refused, 1000, 0x9a2);
  EXPECT_THAT(refusal(Code::counter_unavailable,
                      [&] { (void)unlock()->advance("a", std::nullopt, mark_of(0)); }),
              HasSubstr("password for its owner"));
}

TEST_F(TpmTest, SaysWhereThereIsNoWayToAChip) {
  const auto said = [&](const std::string& uri) {
    return refusal(Code::counter_unavailable, [&] { (void)open_counter(uri)->identity(); });
  };
  EXPECT_THAT(said("tpm:device:/dev/no-such-tpm"), HasSubstr("there is no /dev/no-such-tpm"));
  EXPECT_THAT(said("tpm:nonsense:"), HasSubstr("cannot be reached"));
  chip_.stop();
  const auto begin = Clock::now();
  EXPECT_THAT(said(chip_.uri()), HasSubstr("cannot be reached"));
  EXPECT_LT(Clock::now() - begin, 10s);
  chip_.start();
}

TEST_F(TpmTest, EndsEachCallInTimeWhenTheChipHangs) {
  const auto counter = born("?timeout=500ms");
  chip_.pause();
  const auto begin = Clock::now();
  {
    std::vector<std::jthread> callers;
    callers.reserve(12);
    for (int i = 0; i < 12; ++i) {
      callers.emplace_back([&] {
        EXPECT_THAT(refusal(Code::counter_unavailable, [&] { (void)counter->read("a"); }),
                    HasSubstr("does not answer"));
      });
    }
  }
  const Mark one = next(*counter, mark_of(0));
  EXPECT_NE(
      refusal(Code::counter_unavailable, [&] { (void)counter->advance("a", mark_of(0), one); }),
      "");
  EXPECT_LT(Clock::now() - begin, 5s);
  chip_.resume();
  const auto patient = unlock();
  const Mark held = patient->read("a")->mark;
  EXPECT_EQ(held, mark_of(0)) << "what nobody began was not carried out";
  EXPECT_FALSE(patient->advance("a", mark_of(0), next(*patient, mark_of(0))));
}

TEST_F(TpmTest, LosesNothingThatWasAcknowledgedWhenTheChipIsKilled) {
  std::mt19937 dice(std::random_device{}());
  const auto counter = born("?timeout=3s");
  Mark acknowledged = mark_of(0);
  for (int round = 0; round < 10; ++round) {
    Mark asked = acknowledged;
    std::jthread client([&] {
      for (int i = 0; i < 20; ++i) {
        asked = next(*counter, acknowledged);
        std::optional<Conflict> conflict;
        const std::string why = refusal(Code::counter_unavailable, [&] {
          conflict = counter->advance("a", acknowledged, asked);
        });
        ASSERT_FALSE(conflict);
        if (!why.empty()) break;
        acknowledged = asked;
      }
    });
    std::this_thread::sleep_for(std::chrono::microseconds(dice() % 30000));
    chip_.kill();
    chip_.start();
    client.join();
    const Mark found = counter->read("a")->mark;
    ASSERT_TRUE(found == acknowledged || found == asked);
    acknowledged = found;
  }
  EXPECT_GT(acknowledged.value, 0U);
}

}  // namespace
}  // namespace tidemark::counter
