#pragma once

#include <barrier>
#include <cstddef>
#include <thread>
#include <vector>

/// A square plate of `size` x `size` points, row by row, from 0 (cold) to 100 (hot): warm in the
/// middle, with hot spots. Always the same.
[[nodiscard]] std::vector<double> hot_plate(std::size_t size);

/// Lets the heat in a plate spread, step by step; the edges are held as they are. The thread that
/// calls `step` computes the upper half, one of its own the lower one. What a point becomes depends
/// on the points alone, not on which thread was faster: each run gives the same bits.
class Diffusion {
 public:
  /// `field` holds `size` x `size` points, is changed by `step` alone, and must outlive this.
  Diffusion(std::vector<double>& field, std::size_t size);
  ~Diffusion();
  Diffusion(const Diffusion&) = delete;
  Diffusion& operator=(const Diffusion&) = delete;

  /// When it returns both halves are done, and nothing touches `field` until the next call.
  void step();

 private:
  void help();
  void compute_rows(std::size_t first, std::size_t end);

  std::vector<double>& field_;
  std::vector<double> next_;
  std::size_t size_;
  bool ended_ = false;
  std::barrier<> both_{2};  // passed at the begin and at the end of each step
  std::jthread helper_;
};
