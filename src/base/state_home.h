#pragma once

#include <filesystem>

namespace tidemark {

/// The folder for what this user's programs must keep: `tidemark` in $XDG_STATE_HOME if that is an
/// absolute path, else in ~/.local/state, with the home directory from the user database where
/// HOME is unset or not absolute. Nothing is created. Throws Error (`usage`) where there is none.
/// Follows the XDG Base Directory Specification 0.8.
[[nodiscard]] std::filesystem::path state_home();

}  // namespace tidemark
