#pragma once

#include <tidemark/error.h>

#include <filesystem>
#include <string_view>

namespace tidemark::io {

/// The Error (`failed`) for a system call on `path` that set errno to `error`: "cannot open PATH:
/// No such file or directory", with advice that fits. `doing` is the verb, "open" here.
[[nodiscard]] Error failure(std::string_view doing, const std::filesystem::path& path, int error);

/// The Error (`failed`) for something at `path` that is no regular file where only one will do.
[[nodiscard]] Error not_regular(std::string_view doing, const std::filesystem::path& path);

}  // namespace tidemark::io
