#include "counter/tpm_index.h"

#include <tidemark/error.h>

#include <algorithm>
#include <random>
#include <thread>

#include "counter/tpm_failure.h"
#include "counter/tpm_uri.h"

namespace tidemark::counter {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr TPMA_SESSION first_audited = TPMA_SESSION_AUDIT | TPMA_SESSION_AUDITRESET;
constexpr TPMA_SESSION only_exclusive = TPMA_SESSION_AUDIT | TPMA_SESSION_AUDITEXCLUSIVE;

/// So that those who wait for each other do not do so in step.
Clock::duration pause_after(int attempt) {
  static thread_local std::minstd_rand dice(std::random_device{}());
  const int most_us = 500 << std::min(attempt, 7);
  return std::chrono::microseconds(std::uniform_int_distribution(100, most_us)(dice));
}

/// A way that is not open yet may be in a moment.
constexpr int most_calls = 7;

[[noreturn]] void refuse_chip() {
  throw Error(Code::wrong_counter,
              "this TPM is not the one that the lineage was created with: its endorsement key is "
              "another",
              "go on with the machine that holds the right one; if that is gone, only starting "
              "over with another counter is left");
}

[[noreturn]] void refuse_index(std::uint32_t index) {
  throw Error(Code::wrong_counter,
              "the index " + shown_index(index) + " of the TPM is not this lineage's",
              "name the index that the lineage was created with by nv=; to start over although "
              "another life or program has it, let the TPM's owner run tpm2_nvundefine " +
                  shown_index(index) + " first");
}

}  // namespace

TpmIndex::~TpmIndex() {
  if (process_ != ::getpid() && session_) session_->forget();  // it is the parent's
}

/// Asks again for what failed, as long as there is time: where others use the chip, or it was
/// restarted, or the way to it is not open. `attempt` says by TpmFailure what failed, and by
/// ServerFailure what is not to be tried again.
template <class Attempt>
auto TpmIndex::persist(Deadline deadline, Attempt attempt) {
  int refused = 0;
  int closed = 0;
  for (int number = 0;; ++number) {
    Clock::duration pause{};
    try {
      if (!chip_) chip_.emplace(place_.tcti);
      return attempt(number > 0);
    } catch (const TpmFailure& failure) {
      recover(failure);
      // The first time the index may have been replaced, or the session's number given to another.
      if (failure.wrong_secret() && ++refused > 1) refuse_index(place_.index);
      const bool again = failure.passing() || failure.wrong_secret() || failure.session_lost() ||
                         failure.no_such_handle() || !failure.by_chip();
      pause = failure.by_chip() ? pause_after(number) : 50ms * (1 << closed);
      if (!again || (!failure.by_chip() && ++closed == most_calls) ||
          Clock::now() + pause >= deadline) {
        throw failure.in_words();
      }
    } catch (const ServerFailure& failure) {
      hang_up();
      pause = 50ms * (1 << closed);
      if (failure.outcome() != ServerFailure::Outcome::passing || ++closed == most_calls ||
          Clock::now() + pause >= deadline) {
        throw;
      }
    }
    std::this_thread::sleep_for(pause);
  }
}

void TpmIndex::hang_up() noexcept {
  if (session_) session_->forget();
  session_.reset();
  chip_.reset();
  birth_.reset();
  known_.reset();
}

/// What is not known for certain any more is asked for anew. After another command came in between
/// the session is as good as before: what was sent in it fits its nonce no more once the next
/// command was answered.
void TpmIndex::recover(const TpmFailure& failure) noexcept {
  known_.reset();
  if (failure.not_exclusive()) return;
  if (!failure.by_chip()) return hang_up();
  if (failure.session_lost() && session_) session_->forget();
  session_.reset();
  birth_.reset();
}

TpmSession& TpmIndex::session() {
  if (!session_) session_.emplace(another_session());
  return *session_;
}

TpmSession TpmIndex::another_session() {
  auto session = chip_->start_session(place_.endorsement);
  if (!session) refuse_chip();
  return std::move(*session);
}

/// Whether the index is there. What it is called binds all that follows to what it is.
bool TpmIndex::attach() {
  if (birth_) return true;
  known_.reset();
  TpmSession& own = session();  // first, since it is a command like any other
  if (!chip_->find(place_.index, place_.authorization)) return false;
  const auto found = chip_->read_public(own, 0);
  if (!found) refuse_index(place_.index);
  if (!found->written) finish_birth();
  birth_ = found->policy;
  return true;
}

TpmIndex::Held TpmIndex::read_once() {
  known_.reset();
  const Digest content = chip_->read(session(), first_audited);
  if (session().exclusive()) known_ = content;
  return {*birth_, content};
}

std::optional<TpmIndex::Held> TpmIndex::read(Deadline deadline) {
  return persist(deadline, [&](bool) -> std::optional<Held> {
    if (!attach()) return std::nullopt;
    return read_once();
  });
}

TpmIndex::Outcome TpmIndex::define(Deadline deadline, const Digest& birth) {
  return persist(deadline, [&](bool again) -> Outcome {
    bool defined = false;
    if (!attach()) {
      try {
        chip_->define(session(), place_.index, birth, place_.authorization);
        defined = true;
        finish_birth();
      } catch (const TpmFailure& failure) {
        if (failure.wrong_secret() && !defined) throw failure.in_words();  // the owner's
        if (!failure.already_defined()) throw;
      }
      birth_.reset();
      if (!attach()) throw TpmFailure(TPM2_RC_HANDLE);
    }
    const Held held = read_once();
    // The chip lets one define it, so only its own shows this birth.
    const bool moved = (defined || again) && held.birth == birth;
    return {moved, moved ? std::nullopt : std::optional(held)};
  });
}

/// Extends an index that was never extended: the chip vouches that it was not, and lets one do it.
void TpmIndex::finish_birth() {
  demand_exclusivity();
  const auto found = chip_->read_public(session(), first_audited);
  if (!found) refuse_index(place_.index);
  if (found->written) return;
  if (!session().exclusive()) throw TpmFailure(TPM2_RC_EXCLUSIVE);
  chip_->extend(session(), only_exclusive, place_.extensions.by_birth(found->policy));
}

/// A session must not stay exclusive when another is used: everything rests on that, so it is
/// tried.
void TpmIndex::demand_exclusivity() {
  (void)chip_->read_public(session(), first_audited);
  {
    TpmSession other = another_session();
    (void)chip_->read_public(other, 0);
  }
  (void)chip_->read_public(session(), TPMA_SESSION_AUDIT);
  if (!session().exclusive()) return;
  chip_->undefine(session());
  throw ServerFailure(ServerFailure::Outcome::refused,
                      "does not tell when a session was interrupted, which a counter rests on",
                      "use another counter: this chip cannot be one");
}

TpmIndex::Outcome TpmIndex::extend(Deadline deadline, const Digest& from, const Digest& by) {
  return persist(deadline, [&](bool again) { return extend_once(from, by, again); });
}

/// What the session learnt last need not be read again: should anybody have used the chip since, it
/// refuses the extend, and only then is it read.
TpmIndex::Outcome TpmIndex::extend_once(const Digest& from, const Digest& by, bool again) {
  if (!attach()) return {};
  const Digest to = TpmExtensions::extended(from, by);
  if (known_ != from) {
    const Held held = read_once();
    if (again && held.content == to) return {.moved = true};  // nobody else can have made it
    if (held.content != from) return {.moved = false, .found = held};
    if (!known_) throw TpmFailure(TPM2_RC_EXCLUSIVE);
  }
  known_.reset();
  try {
    chip_->extend(session(), only_exclusive, by);
  } catch (const TpmFailure& failure) {
    if (failure.by_chip()) throw;
    hang_up();
    const ServerFailure words = failure.in_words();  // it may have been carried out
    throw ServerFailure(ServerFailure::Outcome::unknown, words.what(), words.advice());
  }
  if (!session().exclusive()) throw TpmFailure(TPM2_RC_EXCLUSIVE);
  known_ = to;
  return {.moved = true};
}

}  // namespace tidemark::counter
