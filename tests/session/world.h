#pragma once

#include <gtest/gtest.h>
#include <tidemark/error.h>
#include <tidemark/session.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include "base/executor.h"
#include "io/simulated.h"
#include "key/source.h"
#include "session/opening.h"
#include "tests/session/scripted_counter.h"

#ifndef __has_feature  // g++ does not know it, and builds no sanitizer here
#define __has_feature(feature) 0
#endif

namespace tidemark::session {

/// The address sanitizer looks for other things than what more of the same kind would show.
inline constexpr bool sanitized = __has_feature(address_sanitizer);

/// Repeatable, and never the same bytes twice in one test.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(MutableBytes into) override {
    for (std::byte& byte : into) byte = static_cast<std::byte>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

/// A simulated host with one disk and one counter, on which instances of an application live and
/// die. The application's state is a vector of numbers whose first one, its age, grows.
class World {
 public:
  explicit World(std::uint64_t seed = 1);

  /// An application's memory: gone with the process.
  struct Application {
    std::vector<std::uint64_t> numbers{};
    State state{};
    std::unique_ptr<Live> live{};

    explicit Application(std::uint64_t age, std::size_t size = 3);
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    [[nodiscard]] std::uint64_t age() const { return numbers.empty() ? 0 : numbers[0]; }

    /// Sets all numbers; or, where there are `paged` of them, at each age the first page and one
    /// other.
    void set_age(std::uint64_t age);

    /// Whether all of it is of one age.
    [[nodiscard]] bool is_whole() const;
  };

  [[nodiscard]] Options options() const;
  [[nodiscard]] Options options_there() const;  ///< with the counter that it is moved to
  [[nodiscard]] Environment environment() {
    return {files, random, *executor, compaction_limit, background};
  }

  void create(Application& application, bool start_over = false);
  void restore(Application& application);

  /// Restores it under `next_counter`, to which it is moved from `counter`; or under that alone.
  void move(Application& application);
  void restore_moved(Application& application);
  void open(Application& application);

  /// Cuts the power with what is unsynced kept, dropped and trashed, each time from the present
  /// disk and counter, and lets `look` see what is left, until something is wrong.
  void cut_power_every_way(std::uint64_t seed, const std::function<void()>& look);

  /// The age that a restore comes back with; throws as it does. The instance is gone afterwards.
  [[nodiscard]] std::uint64_t restored_age();

  static constexpr std::size_t page = 512;  // numbers
  static constexpr std::size_t paged = 6 * page;
  static constexpr const char* file = "/data/dump.dat";
  static constexpr const char* lineage = "person:test";

  io::SimulatedFileSystem files;
  std::shared_ptr<ScriptedCounter> counter = std::make_shared<ScriptedCounter>();
  std::shared_ptr<ScriptedCounter> next_counter = std::make_shared<ScriptedCounter>();
  bool needs_secret = false;       ///< `counter` does
  bool next_needs_secret = false;  ///< `next_counter` does
  SeededRandom random;
  std::unique_ptr<Executor> executor = std::make_unique<InlineExecutor>();
  Key key;
  std::uint64_t compaction_limit = std::uint64_t{1} << 20;
  std::uint32_t keep = 0;
  std::uint64_t most_captured = std::uint64_t{1} << 30;
  bool async = false;       ///< a test's saves go by checkpoint_async
  bool background = false;  ///< else all of an asynchronous save happens in the calling thread
  Policy policy = Policy::hand_over;
  std::optional<Publishing> publishing{};
  std::size_t size = 3;  ///< how many numbers an application starts with
  bool locks = true;     ///< tell `files` too

  [[nodiscard]] bool keeps_own_names() const {
    return !locks || publishing == Publishing::alternate;
  }
};

/// What an adversary has: the counter and the disk as they were, but for FILE.
class SimulatedHost {
 public:
  explicit SimulatedHost(World& world)
      : world_(world), counter_(*world.counter), disk_(world.files.snapshot()) {}

  /// Everything as it was, and FILE with these bytes.
  void put_back(Bytes file) const {
    world_.files.put_back(disk_);
    world_.files.put(World::file, file);
    *world_.counter = counter_;
  }

 private:
  World& world_;
  ScriptedCounter counter_;
  io::SimulatedDisk disk_;
};

/// The code of the Error that `call` throws, ok if it throws none.
template <class Call>
Code code_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()), "");
    EXPECT_NE(error.advice(), "") << error.what();
    return error.code();
  }
  return Code::ok;
}

/// Codes by name, for what a failing test prints.
inline void PrintTo(Code code, std::ostream* out) { *out << name(code); }

/// A key of which every byte is `byte`, without a file.
[[nodiscard]] Key test_key(std::uint8_t byte = 7);

}  // namespace tidemark::session
