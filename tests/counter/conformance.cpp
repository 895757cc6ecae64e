#include "conformance.h"

#include <gmock/gmock.h>
#include <tidemark/error.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include "marks.h"

namespace tidemark::counter {
namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

TEST_P(CounterConformance, DoesNotKnowANameBeforeItsBirth) {
  EXPECT_EQ(counter_->read("a"), std::nullopt);
  const auto conflict = counter_->advance("a", mark_of(0), mark_of(1));
  ASSERT_TRUE(conflict);
  EXPECT_EQ(conflict->found, std::nullopt);
  EXPECT_EQ(counter_->read("a"), std::nullopt);
}

TEST_P(CounterConformance, HoldsItsBirthFirst) {
  EXPECT_FALSE(counter_->advance("a", std::nullopt, mark_of(0)));
  EXPECT_EQ(counter_->read("a"), (CounterReading{.birth = mark_of(0), .mark = mark_of(0)}));
}

TEST_P(CounterConformance, IsBornOnce) {
  EXPECT_FALSE(counter_->advance("a", std::nullopt, mark_of(0)));
  for (const Mark& again : {mark_of(0), mark_of(0, 1)}) {
    const auto conflict = counter_->advance("a", std::nullopt, again);
    ASSERT_TRUE(conflict);
    EXPECT_EQ(conflict->found, (CounterReading{.birth = mark_of(0), .mark = mark_of(0)}));
  }
}

TEST_P(CounterConformance, AdvancesAndKeepsItsBirth) {
  EXPECT_FALSE(counter_->advance("a", std::nullopt, mark_of(0)));
  for (std::uint64_t value = 0; value < 10; ++value) {
    EXPECT_FALSE(counter_->advance("a", mark_of(value), mark_of(value + 1)));
    EXPECT_EQ(counter_->read("a"),
              (CounterReading{.birth = mark_of(0), .mark = mark_of(value + 1)}));
  }
}

TEST_P(CounterConformance, AdvancesOnlyFromTheMarkThatItHolds) {
  EXPECT_FALSE(counter_->advance("a", std::nullopt, mark_of(0)));
  EXPECT_FALSE(counter_->advance("a", mark_of(0), mark_of(1)));
  EXPECT_FALSE(counter_->advance("a", mark_of(1), mark_of(2)));
  const CounterReading held{.birth = mark_of(0), .mark = mark_of(2)};
  for (const Mark& wrong : {mark_of(0), mark_of(1), mark_of(3), mark_of(2, 1)}) {
    const auto conflict = counter_->advance("a", wrong, mark_of(3));
    ASSERT_TRUE(conflict) << wrong.value;
    EXPECT_EQ(conflict->found, held);
    EXPECT_EQ(counter_->read("a"), held);
  }
}

TEST_P(CounterConformance, TellsDigestsApartByEveryByte) {
  EXPECT_FALSE(counter_->advance("a", std::nullopt, mark_of(0)));
  for (std::size_t i = 0; i < sizeof(Digest); ++i) {
    Mark wrong = mark_of(0);
    wrong.digest.bytes[i] ^= std::byte{1};
    EXPECT_TRUE(counter_->advance("a", wrong, mark_of(1)));
  }
}

TEST_P(CounterConformance, HoldsEveryValue) {
  Mark held = mark_of(0);
  EXPECT_FALSE(counter_->advance("a", std::nullopt, held));
  for (const std::uint64_t value : {std::uint64_t{0x80}, std::uint64_t{0xffffffff},
                                    std::uint64_t{1} << 53, std::uint64_t{1} << 63, largest}) {
    EXPECT_FALSE(counter_->advance("a", held, mark_of(value - 1)));
    EXPECT_FALSE(counter_->advance("a", mark_of(value - 1), mark_of(value)));
    held = mark_of(value);
    EXPECT_EQ(counter_->read("a"), (CounterReading{.birth = mark_of(0), .mark = held}));
  }
}

TEST_P(CounterConformance, HoldsEveryDigest) {
  Mark birth{};
  Mark next{.value = 1};
  for (std::size_t i = 0; i < sizeof(Digest); ++i) next.digest.bytes[i] = std::byte(i * 8 + 5);
  Mark last{.value = 2};
  last.digest.bytes.fill(std::byte{0xff});
  EXPECT_FALSE(counter_->advance("a", std::nullopt, birth));
  EXPECT_FALSE(counter_->advance("a", birth, next));
  EXPECT_EQ(counter_->read("a"), (CounterReading{.birth = birth, .mark = next}));
  EXPECT_FALSE(counter_->advance("a", next, last));
  EXPECT_EQ(counter_->read("a"), (CounterReading{.birth = birth, .mark = last}));
}

TEST_P(CounterConformance, KeepsNamesApart) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  // clang-format off
  const std::vector<std::string> names = {
      "a", "A", "ab", "a ", " a", "a\n", std::string("a\0b", 3), std::string("a\0", 2),
      std::string(1, '\0'), "../a", "/etc/passwd", "a/../a", "%s{}*?[a]", "\xc3\xa4", "a\xcc\x88",
      "\xff\xfe", every_byte, std::string(4608, 'x'), std::string(4607, 'x'),
      std::string(4607, 'x') + "y"};
  // clang-format on
  std::uint8_t variant = 0;
  for (const auto& name : names) {
    EXPECT_EQ(counter_->read(name), std::nullopt) << testing::PrintToString(name);
    EXPECT_FALSE(counter_->advance(name, std::nullopt, mark_of(0, variant++)));
  }
  variant = 0;
  for (const auto& name : names) {
    const Mark birth = mark_of(0, variant);
    const Mark next = mark_of(1, variant++);
    EXPECT_EQ(counter_->read(name), (CounterReading{.birth = birth, .mark = birth}));
    EXPECT_FALSE(counter_->advance(name, birth, next));
    EXPECT_EQ(counter_->read(name), (CounterReading{.birth = birth, .mark = next}));
  }
}

TEST_P(CounterConformance, RefusesWhatIsNoName) {
  for (const std::string& name : {std::string(), std::string(4609, 'x')}) {
    const auto check = [&](const auto& call) {
      try {
        call();
        FAIL() << "a name of " << name.size() << " bytes was taken";
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::usage);
        EXPECT_THAT(error.what(), testing::HasSubstr("1 to 4608 bytes"));
      }
    };
    check([&] { (void)counter_->read(name); });
    check([&] { (void)counter_->advance(name, std::nullopt, mark_of(0)); });
  }
}

TEST_P(CounterConformance, ShowsEveryClientTheSame) {
  EXPECT_FALSE(counter_->advance("a", std::nullopt, mark_of(0)));
  const auto other = store_->open();
  EXPECT_FALSE(other->advance("a", mark_of(0), mark_of(1)));
  EXPECT_EQ(counter_->read("a"), (CounterReading{.birth = mark_of(0), .mark = mark_of(1)}));
  EXPECT_TRUE(counter_->advance("a", mark_of(0), mark_of(1, 1)));
  EXPECT_FALSE(counter_->advance("a", mark_of(1), mark_of(2)));
  EXPECT_EQ(other->read("a"), (CounterReading{.birth = mark_of(0), .mark = mark_of(2)}));
  EXPECT_EQ(store_->open()->read("a"), other->read("a"));
}

TEST_P(CounterConformance, MakesTheNextMarkOfTheOneBeforeAndTheRoot) {
  const Mark from = mark_of(7);
  const Root root{mark_of(0, 1).digest};
  const Mark next = counter_->next(from, root);
  EXPECT_EQ(next, counter_->next(from, root));
  EXPECT_NE(next, from);
  EXPECT_NE(next, counter_->next(from, Root{mark_of(0, 2).digest}));
  try {
    (void)counter_->next(mark_of(largest), root);
    FAIL() << "there is no value after the largest";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::counter_unavailable);
  }
}

TEST_P(CounterConformance, SaysWhereItIs) { EXPECT_EQ(counter_->uri(), store_->open()->uri()); }

/// Lets threads advance "a" by `steps` in all, each with marks of its own, and checks that each
/// step had one winner, whom the next step was built on.
void race(const std::vector<std::shared_ptr<Counter>>& clients, std::uint64_t steps) {
  std::vector<std::atomic<int>> winners(steps + 1);
  std::vector<std::jthread> threads;
  threads.reserve(clients.size());
  for (std::size_t i = 0; i < clients.size(); ++i) {
    threads.emplace_back([&, i, client = clients[i]] {
      const auto variant = static_cast<std::uint8_t>(i + 1);
      std::optional<CounterReading> seen = client->read("a");
      while (seen && seen->mark.value < steps) {
        const Mark next = mark_of(seen->mark.value + 1, variant);
        const auto conflict = client->advance("a", seen->mark, next);
        if (!conflict) ++winners[next.value];
        seen = conflict ? conflict->found : CounterReading{.birth = seen->birth, .mark = next};
      }
    });
  }
  threads.clear();
  EXPECT_EQ(winners[0], 0);
  for (std::uint64_t step = 1; step <= steps; ++step) EXPECT_EQ(winners[step], 1) << step;
  EXPECT_EQ(clients.front()->read("a")->mark.value, steps);
}

TEST_P(CounterConformance, LetsOneOfTheThreadsOfAClientWinEachStep) {
  EXPECT_FALSE(counter_->advance("a", std::nullopt, mark_of(0)));
  race(std::vector(8, counter_), GetParam().raced_steps);
}

TEST_P(CounterConformance, LetsOneOfSeveralClientsWinEachStep) {
  EXPECT_FALSE(counter_->advance("a", std::nullopt, mark_of(0)));
  std::vector<std::shared_ptr<Counter>> clients(4);
  std::ranges::generate(clients, [&] { return store_->open(); });
  race(clients, GetParam().raced_steps / 5);
}

TEST_P(CounterConformance, LetsOneOfSeveralBirthsWin) {
  std::atomic<int> born = 0;
  std::atomic<int> unanswered = 0;  // in time, since others used the counter all the time
  std::vector<std::jthread> threads;
  threads.reserve(8);
  for (std::uint8_t variant = 0; variant < 8; ++variant) {
    threads.emplace_back([&, variant, client = store_->open()] {
      try {
        if (!client->advance("a", std::nullopt, mark_of(0, variant))) ++born;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::counter_unavailable) << error.what();
        ++unanswered;
      }
    });
  }
  threads.clear();
  EXPECT_LE(born, 1);
  EXPECT_GE(born + unanswered, 1);
  EXPECT_LT(unanswered, 8);
}

}  // namespace
}  // namespace tidemark::counter
