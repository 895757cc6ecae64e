#include "crash_world.h"

#include <tidemark/error.h>

#include <algorithm>

#include "marks.h"

namespace tidemark::counter {

namespace {

constexpr std::uint64_t never = std::uint64_t{1} << 60;

}  // namespace

void CrashWorld::start_process() { counter_ = make_counter(); }

void CrashWorld::read() { report(counter_->read("a")); }

void CrashWorld::advance() {
  if (possible_.size() != 1) read();
  const Reading before = possible_.front();
  const Mark to = mark_of(++marks_);
  const CounterReading after{.birth = before ? before->birth : to, .mark = to};
  possible_.emplace_back(after);
  const auto conflict =
      counter_->advance("a", before ? std::optional(before->mark) : std::nullopt, to);
  EXPECT_FALSE(conflict);
  report(conflict ? conflict->found : after);
}

void CrashWorld::advance_in_vain() {
  const Mark never_held = mark_of(++marks_);
  const auto conflict = counter_->advance("a", never_held, mark_of(++marks_));
  ASSERT_TRUE(conflict);
  report(conflict->found);
}

void CrashWorld::put_back(const Snapshot& snapshot) {
  files.put_back(snapshot.disk);
  possible_ = snapshot.possible;
  marks_ = snapshot.marks;
}

void CrashWorld::report(const Reading& reading) {
  EXPECT_TRUE(std::ranges::count(possible_, reading))
      << "value " << (reading ? std::to_string(reading->mark.value) : "absent");
  possible_ = {reading};
}

std::optional<bool> run(CrashWorld& world, Operation operation, Event event, std::uint64_t n) {
  using Stop = io::SimulatedFileSystem::Stop;
  using Failing = io::SimulatedFileSystem::Failing;
  io::SimulatedFileSystem& files = world.files;
  switch (event) {
    case Event::stops_before:
      files.stop_at(n, Stop::before);
      break;
    case Event::stops_midway:
      files.stop_at(n, Stop::midway);
      break;
    case Event::fails:
      files.fail_at(n, EIO);
      break;
    case Event::disk_is_full:
      files.fail_at(n, ENOSPC);
      break;
    case Event::fails_from_then_on:
      files.fail_at(n, EIO, Failing::from_then_on);
      break;
  }
  const std::uint64_t calls_before = files.calls();
  try {
    (world.*operation)();
  } catch (const io::Crash&) {  // NOLINT(bugprone-empty-catch): it is what was asked for
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::counter_unavailable) << error.what();
  }
  files.clear_faults();
  files.stop_at(never);
  if (files.calls() - calls_before < n) return std::nullopt;
  return !files.crashed();
}

std::vector<Aftermath> aftermaths(std::uint64_t seeds) {
  using io::Unsynced;
  std::vector<Aftermath> all = {{"killed"},
                                {"cut, kept", Unsynced::kept},
                                {"cut, dropped", Unsynced::dropped},
                                {"cut, trashed", Unsynced::trashed, 1}};
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    all.push_back({"cut, mixed " + std::to_string(seed), Unsynced::mixed, seed});
  }
  return all;
}

void apply(const Aftermath& aftermath, CrashWorld& world) {
  if (aftermath.power_cut) {
    world.files.restart(*aftermath.power_cut, aftermath.seed);
  } else {
    world.files.kill();
  }
  world.start_process();
}

void check_lives_on(CrashWorld& world) {
  const Aftermath everything_unsynced_is_lost{"", io::Unsynced::dropped};
  for (const Operation operation :
       {&CrashWorld::read, &CrashWorld::advance_in_vain, &CrashWorld::advance, &CrashWorld::advance,
        &CrashWorld::read}) {
    EXPECT_NO_THROW((world.*operation)());
    apply(everything_unsynced_is_lost, world);
  }
  EXPECT_NO_THROW(world.read());
}

}  // namespace tidemark::counter
