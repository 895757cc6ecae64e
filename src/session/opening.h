#pragma once

#include <tidemark/session.h>

#include "session/findings.h"
#include "session/live.h"

namespace tidemark::session {

/// What every start and every restore begins with: the options checked, FILE looked at, the lock
/// taken; then what the counter and the storage say.
struct Opening {
  Environment environment;
  Options options;
  state::Registry& registry;
  Place place;
  Publication publication;
  std::string name;  ///< the lineage's
  std::unique_ptr<io::Lock> lock{};
  std::unique_ptr<Chain> chain{};
  std::optional<CounterReading> reading{};
  Survey survey{};
  std::optional<container::CounterSecret> counter_secret{};  ///< if the counter needs one
  std::optional<CounterReading> left{};  ///< in a move: what the counter shows that is left
  std::optional<Mark> arrived{};         ///< that of a move which is committed there

  [[nodiscard]] bool at_birth() const { return reading && reading->mark == reading->birth; }
  [[nodiscard]] const key::Source& key_source() const { return *options.key.source(); }
};

enum class Intent { create, restore, open };

/// Throws Error in the order: `usage`, the file (`no_checkpoint`, `failed`, `damaged`), its name
/// (`forked`, `exists`), the lock (`in_use`).
[[nodiscard]] Opening begin(const Environment& environment, Options options,
                            state::Registry& registry, Intent intent);

/// Where the counter needs a secret of the lineage's: takes it from the files, for a lineage that
/// is new there makes one, and lets the counter have it, which then is asked in place of the one
/// that was given. Says what key was loaded for that; nothing if the counter needs none. Throws
/// Error (`usage` where there is no key, `wrong_key`, `wrong_counter`, `exists`, and what the
/// counter throws).
[[nodiscard]] std::optional<Keyring> unlock_counter(Opening& opening, Intent intent);

/// The same for the counter that a move leaves: the secret is in what was scanned.
void unlock_left(Opening& opening, const Keyring& keyring);

/// What a counter that keeps digests alone cannot say: the value of the mark that it holds, as far
/// as what was scanned tells. It stays 0 where nothing does, or, for a life that starts over,
/// becomes the highest that is known.
void name_mark(const Survey& survey, const Counter& counter, CounterReading& reading,
               bool start_over);

/// Reads the counter and scans the storage until two readings in a row agree around a scan. In a
/// move it reads the counter that is `left` each time after the one that the lineage goes to: only
/// so its mark tells whether a reservation that was seen there can still be committed.
void look(Opening& opening, Counter* left = nullptr);

/// Throws what `refusal` says of FILE.
[[noreturn]] void refuse(const Opening& opening, const Refusal& refusal);

/// The tenure of an opening whose proposal the counter has confirmed.
[[nodiscard]] Tenure tenure_of(Opening opening, SharedKey key, std::vector<Buffer> key_slots,
                               const container::SessionId& session, Proposed proposed,
                               Policy policy);

/// The intentions, as `Session` describes them.
[[nodiscard]] std::unique_ptr<Live> create(const Environment& environment, Options options,
                                           state::Registry& registry);
[[nodiscard]] std::unique_ptr<Live> restore(const Environment& environment, Options options,
                                            state::Registry& registry);
[[nodiscard]] std::unique_ptr<Live> open(const Environment& environment, Options options,
                                         state::Registry& registry);

/// From an opening that was looked at: the first generation of a lineage. The key may be loaded
/// already: nobody is asked twice for a passphrase.
[[nodiscard]] std::unique_ptr<Live> start(Opening opening,
                                          std::optional<Keyring> loaded = std::nullopt);

/// From an opening with `Options::moved_from`: sees to it that the counter holds a move which is
/// committed on the one that it is moved from, or something that came after it. Looks for itself.
void bring_over(Opening& opening, Keyring& keyring);

/// From an opening: the newest state that may be loaded. Looks for itself.
[[nodiscard]] std::unique_ptr<Live> resume(Opening opening, Keyring keyring);

/// Whether `reading` is a birth that has a child which `keyring` opens to its last byte.
[[nodiscard]] bool has_whole_child(const Opening& opening, Keyring& keyring);

}  // namespace tidemark::session
