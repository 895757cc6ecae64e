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

}  // namespace

Key open_key(std::string_view uri) {
  if (uri == "none") return Key(key::no_key());
  const auto parsed = parse_uri(uri);
  if (parsed && parsed->scheme == "file") {
    return Key(parsed->rest.empty() ? key::default_file()
                                    : key::named_file(absolute_path(parsed->rest)));
  }
  if (parsed && parsed->scheme == "env") return Key(key::environment(parsed->rest));
  // What was given is not repeated: it might be a key.
  throw Error(Code::usage, "this is not a source of keys", "use none, file:[PATH] or env:NAME");
}

}  // namespace tidemark
