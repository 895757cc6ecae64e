#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "key/source.h"

namespace tidemark::key {

/// `none`.
[[nodiscard]] std::shared_ptr<const Source> no_key();

/// `file:PATH`: a file of 32 raw bytes that must exist. The path is absolute.
[[nodiscard]] std::shared_ptr<const Source> named_file(std::filesystem::path path);

/// `file:`: one private file for each lineage in the user's state directory, made at its start.
[[nodiscard]] std::shared_ptr<const Source> default_file();

/// `env:NAME`: 64 hexadecimal digits in an environment variable. Throws Error (`usage`) unless
/// `variable` is a name for one.
[[nodiscard]] std::shared_ptr<const Source> environment(std::string variable);

}  // namespace tidemark::key
