#pragma once

#include <cstddef>
#include <span>
#include <string>

/// Writes a plate of `size` x `size` points as a PNG, cold black and hot white, at most 1024 pixels
/// wide. The file is there whole, or as it was before. Throws tidemark::Error (`failed`).
void write_picture(const std::string& file, std::span<const double> plate, std::size_t size);

/// The SHA-256 of all bits of the plate, of which the picture shows only the first few: 64
/// hexadecimal digits.
[[nodiscard]] std::string fingerprint(std::span<const double> plate);
