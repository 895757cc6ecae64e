#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tidemark {

namespace key {
class Source;
}

/// Says where a lineage's key comes from; holds no key itself. A cheap handle, safe to copy.
/// A default-constructed one names no source, and no session opens with it.
class Key {
 public:
  Key() = default;
  explicit Key(std::shared_ptr<const key::Source> source) : source_(std::move(source)) {}

  [[nodiscard]] const key::Source* source() const noexcept { return source_.get(); }

 private:
  std::shared_ptr<const key::Source> source_;
};

/// Opens a source of keys by its URI, without reading the key yet:
///   - `none`: no key. Nothing is encrypted, and anyone who can write the file can write the state;
///   - `file:[PATH]`: a file of exactly 32 raw bytes that nobody but its owner may read. With a
///     path it must exist. Without one it is a private file for each lineage in the user's state
///     directory ($XDG_STATE_HOME/tidemark/keys, else ~/.local/state/tidemark/keys), made at the
///     lineage's first start;
///   - `env:NAME`: 64 hexadecimal digits in the environment variable NAME;
///   - `passphrase:`: asked for on the controlling terminal without showing it, each time that a
///     session opens, twice where one creates a lineage. At most 1024 bytes, no control characters.
///     Ctrl-C there ends the question with an Error (`wrong_key`), if not the program; a signal
///     that is sent from elsewhere and that StopSignals waits for does not. What it takes to guess
///     it (scrypt, 128 MiB) is also what it takes to open: up to a second;
///   - `passphrase:env=NAME`: the same, but the value of the environment variable NAME;
///   - `gramine:NAME`: a key that Gramine shows to the program, 16 raw bytes in
///     /dev/attestation/keys/NAME;
///   - `systemd:NAME`: a credential of exactly 32 raw bytes that systemd passes to the service, in
///     $CREDENTIALS_DIRECTORY/NAME.
/// The last two take names of letters, digits, `_`, `-` and `.` that begin with no dot.
/// Throws Error (`usage`) for anything else.
[[nodiscard]] Key open_key(std::string_view uri);

}  // namespace tidemark
