// What a checkpoint holds when little changed since the one before.

#include <gtest/gtest.h>
#include <tidemark/cereal.h>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>

#include "tests/session/world.h"

namespace tidemark::session {
namespace {

using Fate = ScriptedCounter::Fate;

constexpr std::size_t page = 4096;
constexpr std::size_t pages = 300;
constexpr std::size_t small = 3 * page;  ///< a generation of a page or two, and its note

struct IncrementalTest : testing::Test {
  /// A program with one array of memory and an object.
  struct Program {
    explicit Program(Changes how = Changes::found) {
      state.array("field", field, Presence::required, how);
      state.object("names", names);
    }
    std::vector<std::byte> field = std::vector<std::byte>(pages * page);
    std::vector<std::string> names{"Ada", "Grace"};
    State state{};
    std::unique_ptr<Live> live{};

    void change(std::size_t at) { field.at(at) ^= std::byte{1}; }
  };

  void start(Program& with) {
    with.live = create(world.environment(), options(), with.state.registry());
  }

  [[nodiscard]] Options options() const {
    Options with = world.options();
    with.most_increments = most_increments;
    return with;
  }

  void save() { (void)program.live->checkpoint(Save::periodic); }

  [[nodiscard]] std::size_t file_size() const { return world.files.contents(World::file)->size(); }

  /// How many bytes a save adds to the file.
  std::size_t cost() {
    const std::size_t before = file_size();
    save();
    return file_size() - before;
  }

  /// What a restore brings is what the program has.
  void expect_restored() {
    program.live.reset();
    Program back;
    back.live = restore(world.environment(), options(), back.state.registry());
    EXPECT_TRUE(back.field == program.field);
    EXPECT_EQ(back.names, program.names);
  }

  World world{};
  std::uint32_t most_increments = 16;
  Program program{};
};

TEST_F(IncrementalTest, HoldsOnlyWhatChanged) {
  start(program);
  EXPECT_GT(file_size(), pages * page);
  program.change(5 * page + 7);
  EXPECT_LE(cost(), small);
  program.names.emplace_back("Edsger");
  EXPECT_LE(cost(), small);
  EXPECT_LE(cost(), small) << "nothing at all";
  expect_restored();
}

TEST_F(IncrementalTest, HoldsWhatWasTouched) {
  Program marking(Changes::marked);
  start(marking);
  const std::size_t before = file_size();
  marking.change(5 * page);
  marking.change(9 * page);
  marking.state.touch("field", 9 * page, 1);
  (void)marking.live->checkpoint(Save::periodic);
  EXPECT_LE(file_size() - before, small);
  marking.change(5 * page);  // what was never touched is as it was
  std::swap(program.field, marking.field);
  marking.live.reset();
  expect_restored();
}

TEST_F(IncrementalTest, TouchRefusesWhatIsNotThere) {
  const auto touch = [&](const char* name, std::uint64_t offset, std::uint64_t length) {
    return code_of([&] { program.state.touch(name, offset, length); });
  };
  EXPECT_EQ(touch("field", pages * page - 1, 1), Code::ok);
  EXPECT_EQ(touch("field", pages * page, 1), Code::usage);
  EXPECT_EQ(touch("field", 1, ~std::uint64_t{0}), Code::usage);
  EXPECT_EQ(touch("names", 0, 1), Code::usage);
  EXPECT_EQ(touch("nothing", 0, 0), Code::usage);
}

TEST_F(IncrementalTest, AChainIsBoundedAndTheFileTooAndEachLengthComesBack) {
  for (const std::uint32_t most : {0U, 1U, 3U, 60U}) {
    SCOPED_TRACE(most);
    world.counter->forget(World::lineage);
    world.files.remove(World::file);
    most_increments = most;
    start(program);
    const std::size_t whole = file_size();
    for (std::size_t i = 0; i < 130; ++i) {
      program.change(i * 7919 % (pages * page));
      save();
      EXPECT_LE(file_size(), 2 * whole + small);
    }
    expect_restored();
  }
}

TEST_F(IncrementalTest, ChangesOfMoreThanABatchComeBack) {
  constexpr std::size_t batch = container::RecordStream::batch_size;
  world.executor = std::make_unique<ThreadPool>(3);
  world.background = true;
  program.field.resize(4 * batch + 100);
  start(program);
  const auto change = [&](std::size_t first) {
    for (std::size_t at = first * page; at < program.field.size(); at += 3 * page) {
      program.change(at);
    }
    program.names.emplace_back(batch + first, 'x');
  };
  change(0);
  save();
  change(1);
  (void)program.live->checkpoint_async()->wait();
  change(2);
  save();
  expect_restored();
}

TEST_F(IncrementalTest, MoreThanAFileMayHaveIsAUsageError) {
  most_increments = 61;
  EXPECT_EQ(code_of([&] { start(program); }), Code::usage);
}

TEST_F(IncrementalTest, AnArrayGrowsAndShrinks) {
  start(program);
  program.field.resize(program.field.size() + page / 2, std::byte{3});
  EXPECT_LE(cost(), small);
  program.field.resize(program.field.size() + page, std::byte{4});
  EXPECT_LE(cost(), small);
  program.field.resize(program.field.size() - 3 * page);
  save();
  program.change(0);
  save();
  program.field.clear();
  save();
  expect_restored();
}

TEST_F(IncrementalTest, WhereMostChangedTheNextFileHoldsAll) {
  start(program);
  const std::size_t whole = file_size();
  for (int i = 0; i < 5; ++i) {
    std::ranges::for_each(program.field, [](std::byte& byte) { byte ^= std::byte{2}; });
    save();
    EXPECT_LE(file_size(), whole + small);
    EXPECT_EQ(world.files.names().size(), 2U);
  }
  expect_restored();
}

TEST_F(IncrementalTest, WhatFailedIsHeldByTheNext) {
  bool failed = true;
  for (std::uint64_t n = 1; failed; ++n) {
    SCOPED_TRACE(n);
    world.counter->forget(World::lineage);
    if (n > 1) world.files.remove(World::file);
    program.field.assign(pages * page, std::byte{});
    start(program);
    program.change(page);
    program.names.push_back(std::to_string(n));
    world.files.fail_at(n, ENOSPC);
    failed = code_of([&] { save(); }) == Code::failed;
    world.files.clear_faults();
    program.change(200 * page);
    save();
    expect_restored();
  }
}

TEST_F(IncrementalTest, TwoSessionsOnOneStateTakeNothingForGranted) {
  start(program);
  World other(2);
  auto second = create(other.environment(), other.options(), program.state.registry());
  program.change(page);
  save();
  program.change(2 * page);
  (void)second->checkpoint(Save::periodic);
  program.change(3 * page);
  save();
  (void)second->checkpoint(Save::periodic);
  second.reset();
  Program back;
  back.live = restore(other.environment(), other.options(), back.state.registry());
  EXPECT_TRUE(back.field == program.field);
  back.live.reset();
  expect_restored();
}

TEST_F(IncrementalTest, AnOutageKeepsEveryPendingIncrement) {
  start(program);
  program.change(page);
  world.counter->script(std::deque<Fate>(3, Fate::late));
  EXPECT_EQ(code_of([&] { save(); }), Code::unconfirmed);
  program.change(2 * page);
  world.counter->script(std::deque<Fate>(6, Fate::lost));
  EXPECT_EQ(code_of([&] { (void)program.live->checkpoint(Save::last); }), Code::unconfirmed);
  world.counter->script({});
  expect_restored();
}

TEST_F(IncrementalTest, AThousandInARowWithRestoresInBetween) {
  std::mt19937 engine(7);
  std::unique_ptr<Program> now = std::make_unique<Program>();
  start(*now);
  const std::size_t whole = file_size();
  for (int i = 0; i < 1000; ++i) {
    for (std::size_t edits = engine() % 9; edits > 0; --edits)
      now->change(engine() % now->field.size());
    if (engine() % 10 == 0) now->names[engine() % now->names.size()] += 'x';
    (void)now->live->checkpoint(Save::periodic);
    EXPECT_LE(file_size(), 2 * whole + small);
    if (engine() % 50 != 0) continue;
    now->live.reset();
    auto back = std::make_unique<Program>();
    back->live = restore(world.environment(), options(), back->state.registry());
    ASSERT_TRUE(back->field == now->field) << i;
    ASSERT_EQ(back->names, now->names) << i;
    now = std::move(back);
  }
}

}  // namespace
}  // namespace tidemark::session
