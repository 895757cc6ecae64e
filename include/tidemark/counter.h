#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// 32 bytes that identify something: a SHA-256 value, or fresh randomness.
struct Digest {
  std::array<std::byte, 32> bytes{};
  auto operator<=>(const Digest&) const = default;
};

/// SHA-256 over a generation's sealed description. No two generations share one.
struct Root {
  Digest digest{};
  auto operator<=>(const Root&) const = default;
};

/// Names exactly one generation: its value counts up, its digest tells it from every other
/// generation that was ever proposed with the same value.
struct Mark {
  std::uint64_t value = 0;
  Digest digest{};
  auto operator<=>(const Mark&) const = default;
};

/// What a counter answers for a name that it knows. One that keeps digests alone and cannot tell a
/// mark's value says 0, which else only the birth has: the digest tells which generation it is.
struct CounterReading {
  Mark birth{};  ///< what it held first, {0, fresh randomness}: the counter's id for this name
  Mark mark{};   ///< what it holds now
  auto operator<=>(const CounterReading&) const = default;
};

/// An advance that changed nothing, and what the counter holds instead ("absent" if empty).
struct Conflict {
  std::optional<CounterReading> found{};
};

/// A register outside the file that holds each lineage's current mark. It moves only forward,
/// one step at a time, and only from the mark that the caller names.
///
/// An implementation must be linearizable and safe to call from several threads at once; each
/// call ends within 10 seconds, retries included. Names are arbitrary non-empty byte strings of
/// at most 4608 bytes. Calls throw Error with
///   - `counter_unavailable` if it cannot be reached or used: after an `advance` that threw this,
///     the outcome is unknown, and the request may even be applied later;
///   - `wrong_counter` if what it finds was put there by somebody else, or on another machine;
///   - `usage` if what it was opened with is wrong.
class Counter {
 public:
  virtual ~Counter() = default;

  /// The current mark of `name`, or nothing if the counter does not know the name. What was read
  /// once is never undone by a crash of the counter or its host, as far as the back-end promises
  /// durability at all.
  [[nodiscard]] virtual std::optional<CounterReading> read(std::string_view name) = 0;

  /// Moves `name` from `from` (nothing: from "absent", then `to` becomes its birth) to `to`,
  /// durably before it returns, and returns nothing; or changes nothing and returns what it found.
  [[nodiscard]] virtual std::optional<Conflict> advance(std::string_view name,
                                                        const std::optional<Mark>& from,
                                                        const Mark& to) = 0;

  /// The mark that a generation with this root gets as a child of `from`. Throws Error
  /// (`counter_unavailable`) where the counter's values are used up.
  [[nodiscard]] virtual Mark next(const Mark& from, const Root& root) const;

  /// Whether nobody but those who know a secret of the lineage's can ask it, or move it. Then a
  /// session asks only what `unlock` returns, and keeps secret and identity in the files' heads,
  /// encrypted; without a key it refuses such a counter. A class that passes calls on to another
  /// counter passes on this and the next two as well.
  [[nodiscard]] virtual bool needs_secret() const noexcept { return false; }

  /// Of a counter that needs a secret: what tells the one machine from every other. It is asked for
  /// once, at the lineage's birth, and believed then.
  [[nodiscard]] virtual Digest identity();

  /// Of a counter that needs a secret: the counter of this one lineage, of the machine of that
  /// identity. What its `advance` is to move to, its own `next` must have made.
  [[nodiscard]] virtual std::shared_ptr<Counter> unlock(std::string_view name,
                                                        std::span<const std::byte, 32> secret,
                                                        const Digest& identity);

  /// Where it is, for messages. Never holds a password.
  [[nodiscard]] virtual std::string uri() const = 0;

  /// What its user must know about what it is worth as it is set up, a sentence each, for example
  /// that a crash would undo what it acknowledged. May ask the server, within the bound above, and
  /// says so where that could not be asked. Nothing if there is nothing to say.
  [[nodiscard]] virtual std::vector<std::string> warnings();
};

/// Opens a counter by its URI, without reaching for it yet:
///   - `memory:` lives as long as the object; for tests;
///   - `file:[FOLDER]` one small file a lineage in FOLDER, without it in the user's state
///     directory ($XDG_STATE_HOME/tidemark/counters, else ~/.local/state/tidemark/counters). Stops
///     accidents; whoever can put back both files can put back both;
///   - `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE][?SETTING=VALUE&...]`, the same as `rediss:`
///     with TLS, and `redis+unix:PATH[?SETTING=VALUE&...]` (a Unix socket) a Redis server, with one
///     key a lineage: `tidemark:` and its name. What is special in a URI is written as %XX. The
///     settings: `timeout=DURATION`, like 500ms or 2s, bounds each call: 5s by default, at most
///     10s. `user=NAME`, whose password is in the environment variable TIDEMARK_REDIS_PASSWORD.
///     `durable=require`: a server whose settings lose in a crash what it acknowledged, or that
///     does not tell them, is refused whenever it is connected to. For `rediss:` also `ca=`,
///     `cert=` and `key=`, as below. Survives, and stops, what the server's settings and its
///     administrator let it: see Counter::warnings.
///   - `etcd://HOST[:PORT][,HOST[:PORT]...][/PREFIX][?SETTING=VALUE&...]` an etcd cluster, with two
///     keys a lineage, PREFIX/birth/NAME and PREFIX/mark/NAME (PREFIX is `tidemark` by default).
///     The settings: `ca=FILE`, whom to trust, and `cert=FILE` and `key=FILE`, the client's
///     certificate and key, all in PEM; each of the three turns TLS on. `user=NAME`, whose password
///     is in the environment variable TIDEMARK_ETCD_PASSWORD. `timeout=DURATION` as above.
///     Survives, and goes on with, the loss of any minority of the servers.
///   - `tpm:[TCTI][?SETTING=VALUE&...]` the machine's TPM 2.0, with one index of its memory a
///     lineage. TCTI is the way to it as tpm2-tss names it, device:/dev/tpmrm0 by default. The
///     settings: `nv=INDEX`, like 0x1800001; by default one of those that the owner may define, by
///     the lineage's name. `timeout=DURATION` as above, 8s by default. Needs a key. Stops the
///     machine's administrator, as long as the key is out of reach; each save is a write to the
///     chip, which bears a limited number of them. Unless the environment has a TSS2_LOG, it is set
///     so that tpm2-tss writes nothing to the standard error output.
/// Throws Error (`usage`) for anything else, and for `redis`, `etcd` and `tpm` where the library
/// was built without what they need. No message ever holds a password.
[[nodiscard]] std::shared_ptr<Counter> open_counter(std::string_view uri);

}  // namespace tidemark
