// What a counter that processes can share promises to them.

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <span>
#include <thread>

#include "conformance.h"
#include "marks.h"

namespace tidemark::counter {
namespace {

constexpr int process_count = 4;
constexpr int threads_each = 2;

using Winners = std::span<std::atomic<int>>;

/// How many won each step, in memory that child processes share.
class SharedWinners {
 public:
  explicit SharedWinners(std::size_t count)
      : size_(count * sizeof(std::atomic<int>)),
        memory_(::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    if (memory_ == MAP_FAILED) std::abort();
    winners_ = {static_cast<std::atomic<int>*>(memory_), count};
    for (auto& winner : winners_) new (&winner) std::atomic<int>(0);
  }
  SharedWinners(const SharedWinners&) = delete;
  SharedWinners& operator=(const SharedWinners&) = delete;
  ~SharedWinners() { ::munmap(memory_, size_); }

  [[nodiscard]] Winners get() const { return winners_; }

 private:
  std::size_t size_;
  void* memory_;
  Winners winners_;
};

/// Advances "a" up to the last step, in a race with others whose `variant` is another.
void race(Counter& counter, std::uint8_t variant, Winners winners) {
  std::optional<CounterReading> seen = counter.read("a");
  while (seen && seen->mark.value + 1 < winners.size()) {
    const Mark next = mark_of(seen->mark.value + 1, variant);
    const auto conflict = counter.advance("a", seen->mark, next);
    if (!conflict) ++winners[next.value];
    seen = conflict ? conflict->found : CounterReading{.birth = seen->birth, .mark = next};
  }
}

/// Forks a process that calls `body` and whose exit code is 0 if it did not throw.
template <class Body>
pid_t start_process(Body body) {
  const pid_t process = ::fork();
  if (process != 0) return process;
  int code = 1;
  try {
    body();
    code = 0;
  } catch (...) {  // the parent sees the exit code
  }
  ::_exit(code);
}

bool ended_well(pid_t process) {
  int status = 0;
  return ::waitpid(process, &status, 0) == process && status == 0;
}

TEST_P(ProcessConformance, LetsOneThreadOfOneProcessWinEachStep) {
  ASSERT_FALSE(counter_->advance("a", std::nullopt, mark_of(0)));
  const std::uint64_t steps = GetParam().raced_steps;
  const SharedWinners winners(steps + 1);
  std::vector<pid_t> processes;
  for (int i = 0; i < process_count; ++i) {
    processes.push_back(start_process([&] {
      const auto own = store_->open();
      std::vector<std::jthread> threads;
      for (int j = 0; j < threads_each; ++j) {
        const auto variant = static_cast<std::uint8_t>(i * threads_each + j + 1);
        threads.emplace_back([&, variant] { race(*own, variant, winners.get()); });
      }
    }));
  }
  for (const pid_t process : processes) EXPECT_TRUE(ended_well(process));
  for (std::uint64_t step = 1; step <= steps; ++step) EXPECT_EQ(winners.get()[step], 1) << step;
  EXPECT_EQ(counter_->read("a")->mark.value, steps);
}

TEST_P(ProcessConformance, SharesNoConnectionWithAForkedProcess) {
  for (const auto* name : {"a", "b"}) {
    ASSERT_FALSE(counter_->advance(name, std::nullopt, mark_of(0)));
  }
  // Throws where this process sees anything but its own answers.
  const auto count_up = [&](const std::string& name) {
    for (std::uint64_t value = 0; value < 50; ++value) {
      const bool moved = !counter_->advance(name, mark_of(value), mark_of(value + 1));
      if (!moved || counter_->read(name)->mark != mark_of(value + 1)) throw value;
    }
  };
  const pid_t child = start_process([&] { count_up("b"); });
  EXPECT_NO_THROW(count_up("a"));
  EXPECT_TRUE(ended_well(child));
  EXPECT_EQ(counter_->read("b")->mark, mark_of(50));
}

}  // namespace
}  // namespace tidemark::counter
