#include "counter/tpm.h"

#include <tidemark/error.h>
#include <unistd.h>

#include <algorithm>

#include "counter/name.h"
#include "counter/tpm_failure.h"
#include "crypto/hash.h"

namespace tidemark::counter {
namespace {

using Clock = std::chrono::steady_clock;

/// More than any session proposes before it asks, and than most files hold.
constexpr std::size_t most_made = 1024;

[[noreturn]] void refuse_unlocked_only() {
  throw Error(Code::usage, "a TPM's counter tells nothing without the lineage's secret",
              "leave it to a session, or call unlock first");
}

/// What `run` returns, its failures in the counter's words.
template <class Run>
auto in_words(const std::string& uri, Run run) -> decltype(run()) {
  const auto unavailable = [&](const std::string& what, const std::string& advice) {
    return Error(Code::counter_unavailable, "counter " + uri + " " + what, advice);
  };
  try {
    return run();
  } catch (const TooLate&) {
    throw unavailable("does not answer", "see what the TPM is busy with: tpm2_getrandom 8");
  } catch (const TpmFailure& failure) {
    const ServerFailure words = failure.in_words();
    throw unavailable(words.what(), words.advice());
  } catch (const ServerFailure& failure) {
    throw unavailable(failure.what(), failure.advice());
  }
}

}  // namespace

std::optional<CounterReading> TpmCounter::read(std::string_view /*name*/) {
  refuse_unlocked_only();
}

std::optional<Conflict> TpmCounter::advance(std::string_view /*name*/,
                                            const std::optional<Mark>& /*from*/,
                                            const Mark& /*to*/) {
  refuse_unlocked_only();
}

Digest TpmCounter::identity() {
  return in_words(uri(), [&] {
    return bounded_.run(Clock::now() + address_.timeout,
                        [tcti = address_.tcti] { return TpmChip(tcti).endorsement(); });
  });
}

std::shared_ptr<Counter> TpmCounter::unlock(std::string_view name,
                                            std::span<const std::byte, 32> secret,
                                            const Digest& identity) {
  check_name(name);
  return std::make_shared<UnlockedTpmCounter>(address_, std::string(name), secret, identity);
}

UnlockedTpmCounter::UnlockedTpmCounter(TpmAddress address, std::string name, Bytes secret,
                                       const Digest& identity)
    : address_(std::move(address)),
      name_(std::move(name)),
      name_digest_(crypto::sha256({bytes_of(name_)})),
      identity_(identity),
      extensions_(secret, name_digest_),
      process_(::getpid()) {
  std::ranges::copy(secret, secret_.mutable_bytes().begin());
}

/// A forked process does not go on in its parent's session.
std::shared_ptr<TpmIndex> UnlockedTpmCounter::index() {
  const std::scoped_lock lock(mutex_);
  if (!index_ || process_ != ::getpid()) {
    if (index_) bounded_ = {};
    process_ = ::getpid();
    index_ =
        std::make_shared<TpmIndex>(TpmPlace{address_.tcti, address_.index_for(name_), identity_,
                                            tpm_authorization(secret_.bytes(), name_digest_),
                                            TpmExtensions(secret_.bytes(), name_digest_)});
  }
  return index_;
}

template <class Ask>
auto UnlockedTpmCounter::ask(std::string_view name, Ask ask) {
  check_name(name);
  if (name != name_) {
    throw Error(Code::usage, "a TPM's counter was asked about another lineage than unlocked",
                "call unlock for each lineage");
  }
  // The task gives up by itself, and says why, a little before it would not be waited for.
  const auto deadline = Clock::now() + address_.timeout;
  return in_words(uri(), [&] {
    return bounded_.run(deadline,
                        [index = index(), own = std::move(ask),
                         inner = deadline - address_.timeout / 10] { return own(*index, inner); });
  });
}

std::optional<UnlockedTpmCounter::Made> UnlockedTpmCounter::made(const Digest& digest) const {
  const std::scoped_lock lock(mutex_);
  const auto found =
      std::ranges::find_if(made_, [&](const Made& one) { return one.mark.digest == digest; });
  return found == made_.end() ? std::nullopt : std::optional(*found);
}

Digest UnlockedTpmCounter::content_of(const Mark& mark) const {
  return mark.value == 0 ? extensions_.first(mark.digest) : mark.digest;
}

std::optional<CounterReading> UnlockedTpmCounter::reading(
    const std::optional<TpmIndex::Held>& held) const {
  if (!held) return std::nullopt;
  const Mark birth{0, held->birth};
  if (held->content == extensions_.first(held->birth)) return CounterReading{birth, birth};
  const auto known = made(held->content);
  return CounterReading{birth, known ? known->mark : Mark{0, held->content}};
}

std::optional<CounterReading> UnlockedTpmCounter::read(std::string_view name) {
  return reading(
      ask(name, [](TpmIndex& index, Deadline deadline) { return index.read(deadline); }));
}

std::optional<Conflict> UnlockedTpmCounter::advance(std::string_view name,
                                                    const std::optional<Mark>& from,
                                                    const Mark& to) {
  TpmIndex::Outcome outcome;
  if (!from) {
    outcome = ask(name, [birth = to.digest](TpmIndex& index, Deadline deadline) {
      return index.define(deadline, birth);
    });
  } else {
    const auto known = made(to.digest);
    if (!known || known->from != *from || known->mark != to) {
      throw Error(Code::usage, "a TPM's counter can only be moved to a mark that next() made",
                  "make the mark by next(from, root), in the same object");
    }
    outcome = ask(
        name, [content = content_of(*from), by = known->by](TpmIndex& index, Deadline deadline) {
          return index.extend(deadline, content, by);
        });
  }
  if (outcome.moved) return std::nullopt;
  return Conflict{reading(outcome.found)};
}

Mark UnlockedTpmCounter::next(const Mark& from, const Root& root) const {
  const std::uint64_t value = Counter::next(from, root).value;
  const Digest by = extensions_.by(root);
  const Mark mark{value, TpmExtensions::extended(content_of(from), by)};
  const std::scoped_lock lock(mutex_);
  made_.push_front({from, mark, by});
  if (made_.size() > most_made) made_.pop_back();
  return mark;
}

}  // namespace tidemark::counter
