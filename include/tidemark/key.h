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
///   - `env:NAME`: 64 hexadecimal digits in the environment variable NAME.
/// Throws Error (`usage`) for anything else.
[[nodiscard]] Key open_key(std::string_view uri);

}  // namespace tidemark
