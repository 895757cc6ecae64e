#include <tidemark/error.h>
#include <tidemark/key.h>

#include <filesystem>
#include <system_error>

#include "base/uri.h"
#include "key/sources.h"

namespace tidemark {
namespace {

/// Without `.` and doubled slashes. `..` stays, since what it means depends on links.
std::filesystem::path absolute_path(const std::filesystem::path& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  if (error) {
    throw Error(Code::failed, "cannot tell the working directory: " + error.message(),
                "name the key's file by an absolute path");
  }
  std::filesystem::path plain;
  for (const auto& part : absolute) {
    if (part != ".") plain /= part;
  }
  return plain;
}

std::shared_ptr<const key::Source> open_file(const std::string& path) {
  return path.empty() ? key::default_file() : key::named_file(absolute_path(path));
}

/// Null for what is none.
std::shared_ptr<const key::Source> open_passphrase(const std::string& from) {
  constexpr std::string_view variable = "env=";
  if (from.empty()) return key::asked_passphrase();
  if (!from.starts_with(variable)) return nullptr;
  return key::environment_passphrase(from.substr(variable.size()));
}

std::shared_ptr<const key::Source> open_source(const Uri& uri) {
  if (uri.scheme == "file") return open_file(uri.rest);
  if (uri.scheme == "env") return key::environment(uri.rest);
  if (uri.scheme == "passphrase") return open_passphrase(uri.rest);
  if (uri.scheme == "gramine") return key::gramine(uri.rest);
  if (uri.scheme == "systemd") return key::systemd(uri.rest);
  return nullptr;
}

}  // namespace

Key open_key(std::string_view uri) {
  if (uri == "none") return Key(key::no_key());
  if (const auto parsed = parse_uri(uri)) {
    if (auto source = open_source(*parsed)) return Key(std::move(source));
  }
  throw Error(
      Code::usage,
      "what was given is no source of keys, and is not shown here, since it might be a key itself",
      "use none, file:[PATH], env:NAME, passphrase:[env=NAME], gramine:NAME or systemd:NAME");
}

}  // namespace tidemark
