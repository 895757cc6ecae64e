// The TPM counter, with a real chip's software twin, through all that a counter promises.

#include <sys/mman.h>

#include <cstdlib>
#include <new>
#include <stdexcept>

#include "base/random.h"
#include "conformance.h"
#include "crypto/hash.h"
#include "tpm_manager.h"

namespace tidemark::counter {
namespace {

/// What a lineage's files are to a session: every mark that was ever proposed, where all clients
/// find it, in memory that forked processes share.
class Proposals {
 public:
  struct Entry {
    Digest name{};
    Mark mark{};  ///< as the test names it
    Mark held{};  ///< as the TPM's counter does
  };

  Proposals()
      : shared_(static_cast<Shared*>(::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                                            MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
    if (shared_ == MAP_FAILED) throw std::bad_alloc();
    new (shared_) Shared;
  }
  Proposals(const Proposals&) = delete;
  Proposals& operator=(const Proposals&) = delete;
  ~Proposals() { ::munmap(shared_, sizeof(Shared)); }

  void add(const Entry& entry) {
    const std::size_t place = shared_->reserved++;
    if (place >= shared_->entries.size()) throw std::length_error("too many proposals");
    shared_->entries[place].entry = entry;
    shared_->entries[place].written = true;
  }

  template <class Predicate>
  [[nodiscard]] std::optional<Entry> find(Predicate fits) const {
    const std::size_t end = std::min<std::size_t>(shared_->reserved, shared_->entries.size());
    for (std::size_t i = end; i-- > 0;) {
      if (shared_->entries[i].written && fits(shared_->entries[i].entry)) {
        return shared_->entries[i].entry;
      }
    }
    return std::nullopt;
  }

 private:
  struct Place {
    std::atomic<bool> written = false;
    Entry entry{};
  };
  struct Shared {
    std::atomic<std::size_t> reserved = 0;
    std::array<Place, 1U << 17> entries{};
  };
  Shared* shared_;
};

/// Names the TPM's marks as the suite does, by what was proposed: as a session does it by what lies
/// in its files. A TPM's mark is made of its parent's and a root, which is the suite's mark here.
class NamedCounter final : public Counter {
 public:
  NamedCounter(std::shared_ptr<Counter> tpm, const Digest& identity,
               std::shared_ptr<Proposals> proposals)
      : tpm_(std::move(tpm)), identity_(identity), proposals_(std::move(proposals)) {}

  std::optional<CounterReading> read(std::string_view name) override {
    return named(name, unlocked(name).read(name));
  }

  std::optional<Conflict> advance(std::string_view name, const std::optional<Mark>& from,
                                  const Mark& to) override {
    Counter& tpm = unlocked(name);
    std::optional<Mark> from_held;
    Mark to_held = to;
    if (from) {
      // A parent that nobody proposed cannot be what the index holds.
      from_held = held(name, *from).value_or(*from);
      to_held = tpm.next(*from_held, {crypto::sha256({to.digest.bytes})});
    }
    proposals_->add({crypto::sha256({bytes_of(name)}), to, to_held});
    const auto conflict = tpm.advance(name, from_held, to_held);
    if (!conflict) return std::nullopt;
    return Conflict{named(name, conflict->found)};
  }

  std::string uri() const override { return tpm_->uri(); }

 private:
  /// Of a name that the index is known for, else by itself.
  Counter& unlocked(std::string_view name) {
    const std::scoped_lock lock(mutex_);
    auto& counter = unlocked_[std::string(name)];
    if (!counter) {
      std::array<std::byte, 32> secret = crypto::sha256({bytes_of("the secret")}).bytes;
      counter = tpm_->unlock(name, secret, identity_);
    }
    return *counter;
  }

  std::optional<Mark> held(std::string_view name, const Mark& mark) const {
    const Digest digest = crypto::sha256({bytes_of(name)});
    const auto entry =
        proposals_->find([&](const auto& one) { return one.name == digest && one.mark == mark; });
    return entry ? std::optional(entry->held) : std::nullopt;
  }

  std::optional<CounterReading> named(std::string_view name,
                                      std::optional<CounterReading> reading) const {
    if (!reading || reading->mark == reading->birth) return reading;
    const Digest digest = crypto::sha256({bytes_of(name)});
    const auto entry = proposals_->find([&](const auto& one) {
      return one.name == digest && one.held.digest == reading->mark.digest;
    });
    if (entry) reading->mark = entry->mark;
    return reading;
  }

  std::shared_ptr<Counter> tpm_;
  Digest identity_;
  std::shared_ptr<Proposals> proposals_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Counter>> unlocked_;
};

class TpmStore final : public Store {
 public:
  std::shared_ptr<Counter> open() override {
    return std::make_shared<NamedCounter>(open_counter(manager_.uri()), identity_, proposals_);
  }

 private:
  SoftwareTpm chip_;
  TpmManager manager_{chip_};
  Digest identity_ = open_counter(manager_.uri())->identity();
  std::shared_ptr<Proposals> proposals_ = std::make_shared<Proposals>();
};

// An index holds a digest alone, and no value or name: the range of values is that of the names
// that proposals have, and names are told apart by the index that is derived from them. What a
// server does while it is restarted, hung or slow, and a host that meddles, is in tpm_test.cpp: the
// proxy of OutageConformance cuts one connection for one request, here an advance is two commands.

/// By eight threads each, so that there are 1,000 advances; more where TIDEMARK_STEPS says so.
std::uint64_t raced_steps() {
  const char* const steps = std::getenv("TIDEMARK_STEPS");  // NOLINT(concurrency-mt-unsafe)
  return steps == nullptr ? 125 : std::stoull(steps);
}

const auto backends =
    testing::Values(Backend{"Tpm", [] { return std::make_unique<TpmStore>(); }, raced_steps()});

INSTANTIATE_TEST_SUITE_P(Counter, CounterConformance, backends, backend_name);
INSTANTIATE_TEST_SUITE_P(Counter, ProcessConformance, backends, backend_name);

}  // namespace
}  // namespace tidemark::counter
