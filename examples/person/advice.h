#pragma once

#include <string>

#include "flags.h"

/// The library's advice, and behind it how to follow it with this program.
[[nodiscard]] std::string in_flags(const std::string& advice, const Flags& flags);
