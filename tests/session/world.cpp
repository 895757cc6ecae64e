#include "tests/session/world.h"

#include <algorithm>

#include "key/slot.h"
#include "tests/session/locked_counter.h"

namespace tidemark::session {
namespace {

class TestKey final : public key::Source {
 public:
  explicit TestKey(std::uint8_t byte) : byte_(byte) {}

  [[nodiscard]] std::unique_ptr<key::Unlocker> load(std::string_view /*lineage*/,
                                                    key::Missing /*missing*/,
                                                    io::FileSystem& /*files*/,
                                                    Random& /*random*/) const override {
    crypto::Secret32 key;
    std::ranges::fill(key.mutable_bytes(), std::byte{byte_});
    return key::raw_unlocker(std::move(key));
  }

  [[nodiscard]] std::string uri() const override { return "test:"; }

 private:
  std::uint8_t byte_;
};

}  // namespace

Key test_key(std::uint8_t byte) { return Key(std::make_shared<TestKey>(byte)); }

World::World(std::uint64_t seed) : random(seed), key(test_key()) { files.make_folders("/data"); }

World::Application::Application(std::uint64_t age, std::size_t size) : numbers(size, age) {
  state.array("numbers", numbers);
}

void World::Application::set_age(std::uint64_t age) {
  if (numbers.size() != paged) {
    std::ranges::fill(numbers, age);
    return;
  }
  for (; numbers[0] < age; ++numbers[0]) {
    const std::uint64_t next = numbers[0] + 1;
    const std::uint64_t other = 1 + next % (paged / page - 1);
    std::fill_n(numbers.begin() + static_cast<std::ptrdiff_t>(other * page), page, next);
  }
}

bool World::Application::is_whole() const {
  if (numbers.size() != paged) return std::ranges::count(numbers, age()) == std::ssize(numbers);
  Application same(numbers[1], paged);  // nobody changes the second number
  same.set_age(age());
  return same.numbers == numbers;
}

namespace {

std::shared_ptr<Counter> locked_if(bool needs_secret, std::shared_ptr<ScriptedCounter> counter) {
  if (needs_secret) return std::make_shared<LockedCounter>(std::move(counter));
  return counter;
}

}  // namespace

Options World::options() const {
  Options options;
  options.file = file;
  options.lineage = lineage;
  options.counter = locked_if(needs_secret, counter);
  options.key = key;
  options.publishing = publishing;
  options.most_captured = most_captured;
  options.keep = keep;
  return options;
}

Options World::options_there() const {
  Options there = options();
  there.counter = locked_if(next_needs_secret, next_counter);
  return there;
}

void World::create(Application& application, bool start_over) {
  Options with = options();
  with.start_over = start_over;
  with.policy = policy;
  application.live = session::create(environment(), with, application.state.registry());
}

void World::restore(Application& application) {
  application.live = session::restore(environment(), options(), application.state.registry());
}

void World::move(Application& application) {
  Options both = options_there();
  both.moved_from = options().counter;
  application.live = session::restore(environment(), std::move(both), application.state.registry());
}

void World::restore_moved(Application& application) {
  application.live = session::restore(environment(), options_there(), application.state.registry());
}

void World::open(Application& application) {
  application.live = session::open(environment(), options(), application.state.registry());
}

void World::cut_power_every_way(std::uint64_t seed, const std::function<void()>& look) {
  const io::SimulatedDisk disk = files.snapshot();
  const ScriptedCounter before = *counter;
  for (const auto how : {io::Unsynced::kept, io::Unsynced::dropped, io::Unsynced::trashed}) {
    SCOPED_TRACE(testing::Message() << "unsynced " << static_cast<int>(how) << ", seed " << seed);
    files.put_back(disk);
    *counter = before;
    files.restart(how, seed);
    look();
    if (testing::Test::HasFailure()) return;
  }
}

std::uint64_t World::restored_age() {
  Application application(0);
  restore(application);
  return application.age();
}

}  // namespace tidemark::session
