#include "diffusion.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace {

/// How much of the difference to its neighbours a point makes up for in a step; up to 0.25 the
/// computation is stable.
constexpr double kShare = 0.2;

constexpr int kSpots = 160;

struct Spot {
  double x, y, radius;  // in shares of the plate
};

/// Arranged as the seeds of a sunflower are.
Spot spot(int number) {
  const double angle = number * std::numbers::pi * (3 - std::sqrt(5.0));
  const double distance = 0.46 * std::sqrt((number + 0.5) / kSpots);
  const double radius = 0.004 + 0.01 * (number % 7) / 6.0;
  return {0.5 + distance * std::cos(angle), 0.5 + distance * std::sin(angle), radius};
}

void heat(std::vector<double>& plate, std::size_t size, const Spot& spot) {
  const auto points = static_cast<double>(size);
  const auto within = [&](double point) {
    return static_cast<std::size_t>(std::clamp(std::round(point * points), 0.0, points));
  };
  const std::size_t left = within(spot.x - spot.radius);
  const std::size_t right = within(spot.x + spot.radius);
  for (std::size_t row = within(spot.y - spot.radius); row < within(spot.y + spot.radius); ++row) {
    for (std::size_t column = left; column < right; ++column) {
      const double x = (static_cast<double>(column) + 0.5) / points - spot.x;
      const double y = (static_cast<double>(row) + 0.5) / points - spot.y;
      if (x * x + y * y <= spot.radius * spot.radius) plate[row * size + column] = 100;
    }
  }
}

}  // namespace

std::vector<double> hot_plate(std::size_t size) {
  std::vector<double> hill(size);
  for (std::size_t i = 0; i < size; ++i) {
    hill[i] = std::sin(std::numbers::pi * static_cast<double>(i) / static_cast<double>(size - 1));
  }
  std::vector<double> plate;
  plate.reserve(size * size);
  for (const double row : hill) {
    for (const double column : hill) plate.push_back(40 * row * column);
  }
  for (int number = 0; number < kSpots; ++number) heat(plate, size, spot(number));
  return plate;
}

Diffusion::Diffusion(std::vector<double>& field, std::size_t size)
    : field_(field), next_(field), size_(size), helper_([this] { help(); }) {}

Diffusion::~Diffusion() {
  ended_ = true;
  both_.arrive_and_wait();
}

void Diffusion::step() {
  both_.arrive_and_wait();
  compute_rows(1, size_ / 2);
  both_.arrive_and_wait();
  field_.swap(next_);
}

void Diffusion::help() {
  while (true) {
    both_.arrive_and_wait();
    if (ended_) return;
    compute_rows(size_ / 2, size_ - 1);
    both_.arrive_and_wait();
  }
}

void Diffusion::compute_rows(std::size_t first, std::size_t end) {
  for (std::size_t row = first; row < end; ++row) {
    const double* const here = field_.data() + row * size_;
    const double* const above = here - size_;
    const double* const below = here + size_;
    double* const next = next_.data() + row * size_;
    for (std::size_t i = 1; i + 1 < size_; ++i) {
      const double around = (above[i] + below[i]) + (here[i - 1] + here[i + 1]);
      next[i] = here[i] + kShare * (around - 4 * here[i]);
    }
  }
}
