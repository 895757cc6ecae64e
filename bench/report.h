#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "measure.h"

namespace bench {

/// All that is measured in one run: shown as it comes, and kept for a file.
class Report {
 public:
  /// A table, with the ratio of each median to the first's. `part` is the word of the command line
  /// that asked for it.
  void table(const std::string& part, const std::string& title, std::vector<Result> results);

  /// What saving and restoring a state of this size takes.
  void size(std::size_t mebibytes, std::vector<Result> results);

  /// What the machine does at most, in `unit`.
  void floor(const std::string& name, double value, const std::string& unit);

  /// What follows from a table.
  void figure(const std::string& name, double value, const std::string& unit);

  /// What is promised: that `value` is at most `most`.
  void bound(const std::string& name, double value, double most, const std::string& unit = "");

  /// As JSON, with what is known of the machine.
  void write(const std::filesystem::path& path) const;

 private:
  struct Table {
    std::string part;
    std::string title;
    std::vector<Result> results;
  };
  struct Size {
    std::size_t mebibytes;
    std::vector<Result> results;
  };
  struct Figure {
    std::string name;
    double value;
    std::string unit;
  };
  struct Bound {
    std::string name;
    double value;
    double most;
    std::string unit;
  };

  std::vector<Table> tables_{};
  std::vector<Size> sizes_{};
  std::vector<Figure> floors_{};
  std::vector<Figure> figures_{};
  std::vector<Bound> bounds_{};
};

}  // namespace bench
