#include "picture.h"

#include <openssl/evp.h>
#include <png.h>
#include <tidemark/error.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace {

constexpr std::size_t kMaxWidth = 1024;

using Color = std::array<std::uint8_t, 3>;

/// From black through red and yellow to white, as iron glows.
std::array<Color, 256> glow() {
  std::array<Color, 256> colors{};
  for (int i = 0; i < 256; ++i) {
    const auto part = [i](int from) {
      return static_cast<std::uint8_t>(std::clamp(3 * (i - from), 0, 255));
    };
    colors[static_cast<std::size_t>(i)] = {part(0), part(85), part(170)};
  }
  return colors;
}

/// One byte a pixel: the mean of the points that it stands for.
std::vector<std::uint8_t> pixels(std::span<const double> plate, std::size_t size,
                                 std::size_t width) {
  std::vector<std::uint8_t> all;
  all.reserve(width * width);
  for (std::size_t y = 0; y < width; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      double sum = 0;
      double points = 0;
      for (std::size_t row = y * size / width; row < (y + 1) * size / width; ++row) {
        for (std::size_t i = x * size / width; i < (x + 1) * size / width; ++i) {
          sum += plate[row * size + i];
          ++points;
        }
      }
      all.push_back(static_cast<std::uint8_t>(std::clamp(sum / points * 2.55, 0.0, 255.0)));
    }
  }
  return all;
}

[[noreturn]] void fail(const std::string& file, const std::string& why) {
  throw tidemark::Error(tidemark::Code::failed, "the picture " + file + " was not written: " + why,
                        "the field is saved: run the same command again once that is settled");
}

}  // namespace

void write_picture(const std::string& file, std::span<const double> plate, std::size_t size) {
  const std::size_t width = std::min(size, kMaxWidth);
  const std::vector<std::uint8_t> indices = pixels(plate, size, width);
  const std::array<Color, 256> colors = glow();

  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = static_cast<png_uint_32>(width);
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = colors.size();
  const std::string part = file + ".part";
  if (png_image_write_to_file(&image, part.c_str(), 0, indices.data(), 0, colors.data()) == 0) {
    const std::string why = image.message;
    static_cast<void>(std::remove(part.c_str()));
    fail(file, why);
  }
  std::error_code error;
  std::filesystem::rename(part, file, error);
  if (error) fail(file, error.message());
}

std::string fingerprint(std::span<const double> plate) {
  const auto bytes = std::as_bytes(plate);
  std::array<unsigned char, 32> digest{};
  if (EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(), digest.data(),
                   nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-256");
  }
  std::string text;
  for (const unsigned char byte : digest) {
    constexpr const char* digits = "0123456789abcdef";
    text += digits[byte / 16];
    text += digits[byte % 16];
  }
  return text;
}
