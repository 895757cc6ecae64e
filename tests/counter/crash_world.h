#pragma once

#include <gtest/gtest.h>
#include <tidemark/counter.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "counter/file.h"
#include "io/simulated.h"

namespace tidemark::counter {

/// Time that passes only while somebody sleeps.
class SleptClock final : public Clock {
 public:
  time_point now() override { return now_; }
  void sleep_for(duration pause) override { now_ += pause; }

 private:
  time_point now_{};
};

class SeededRandom final : public Random {
 public:
  void fill(MutableBytes into) override {
    for (std::byte& byte : into) byte = static_cast<std::byte>(dice_() & 0xff);
  }

 private:
  std::mt19937_64 dice_{1};
};

/// One lineage in a FileCounter on a simulated machine, where processes and the machine may stop at
/// any moment, and what it may hold: exactly one reading once something was reported, and the mark
/// asked for beside it while the outcome of an advance is unknown.
class CrashWorld {
 public:
  using Reading = std::optional<CounterReading>;

  io::SimulatedFileSystem files;

  /// A process begins; the one before it is gone.
  void start_process();

  /// Reads, and checks what is reported.
  void read();

  /// Advances (or gives birth) from what is held to a mark that was never used before.
  void advance();

  /// Asks for an advance from a mark that was never held, and checks what the conflict reports.
  void advance_in_vain();

  /// All of it but the process.
  struct Snapshot {
    io::SimulatedDisk disk{};
    std::vector<Reading> possible{};
    std::uint64_t marks = 0;
  };
  [[nodiscard]] Snapshot snapshot() const { return {files.snapshot(), possible_, marks_}; }
  void put_back(const Snapshot& snapshot);

 private:
  void report(const Reading& reading);

  SleptClock clock_;
  SeededRandom random_;
  std::unique_ptr<FileCounter> counter_ = make_counter();
  std::vector<Reading> possible_{std::nullopt};
  std::uint64_t marks_ = 0;

  [[nodiscard]] std::unique_ptr<FileCounter> make_counter() {
    return std::make_unique<FileCounter>(files, clock_, random_, "/state/counters");
  }
};

using Operation = void (CrashWorld::*)();

/// What may happen in a call.
enum class Event { stops_before, stops_midway, fails, disk_is_full, fails_from_then_on };

/// Runs the operation, with the event in its n-th call. Nothing if there were fewer calls; else
/// whether the process is still alive.
std::optional<bool> run(CrashWorld& world, Operation operation, Event event, std::uint64_t n);

/// What may happen between two processes.
struct Aftermath {
  std::string name{};
  std::optional<io::Unsynced> power_cut{};  ///< without one the process alone is gone
  std::uint64_t seed = 0;
};

/// Each kind once, but `mixed` with as many seeds as asked for.
std::vector<Aftermath> aftermaths(std::uint64_t seeds);

void apply(const Aftermath& aftermath, CrashWorld& world);

/// Checks that the counter answers, keeps over power cuts what it reported, and advances.
void check_lives_on(CrashWorld& world);

}  // namespace tidemark::counter
