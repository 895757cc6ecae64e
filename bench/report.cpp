#include "report.h"

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "machine.h"

namespace bench {
namespace {

using Json = nlohmann::ordered_json;

/// In the unit that suits the first one.
struct Unit {
  double per_second;
  const char* name;
};

Unit unit_for(Seconds time) { return time < Seconds(1e-2) ? Unit{1e6, "us"} : Unit{1e3, "ms"}; }

Json json_of(const std::vector<Result>& results) {
  Json list = Json::array();
  for (const Result& result : results) {
    list.push_back({{"name", result.name},
                    {"median_s", result.median.count()},
                    {"lower_quartile_s", result.lower_quartile.count()},
                    {"upper_quartile_s", result.upper_quartile.count()}});
  }
  return list;
}

void show(const std::string& name, double value, const std::string& unit) {
  std::printf("  %-52s %9.2f %s\n", name.c_str(), value, unit.c_str());
  std::fflush(stdout);
}

Json json_of(const Machine& machine) {
  return {{"processor", machine.processor},
          {"cores", machine.cores},
          {"memory_bytes", machine.memory},
          {"system", machine.system},
          {"load_of_a_minute", load()}};
}

}  // namespace

void Report::table(const std::string& part, const std::string& title, std::vector<Result> results) {
  const Unit unit = unit_for(results.front().median);
  const auto in_unit = [&](Seconds time) { return time.count() * unit.per_second; };
  std::printf("\n%s; load %.1f\n  %-52s %12s %23s %7s\n", title.c_str(), load(), "", "median",
              "middle half", "ratio");
  for (const Result& result : results) {
    std::printf("  %-52s %9.1f %s %9.1f to %7.1f %s %7.2f\n", result.name.c_str(),
                in_unit(result.median), unit.name, in_unit(result.lower_quartile),
                in_unit(result.upper_quartile), unit.name, result.median / results.front().median);
  }
  std::fflush(stdout);
  tables_.push_back({part, title, std::move(results)});
}

void Report::size(std::size_t mebibytes, std::vector<Result> results) {
  std::printf("  %6zu MiB", mebibytes);
  for (const Result& result : results) {
    std::printf("  %s %9.2f ms, %5.2f GB/s", result.name.c_str(), result.median.count() * 1e3,
                static_cast<double>(mebibytes << 20) / result.median.count() / 1e9);
  }
  std::printf("\n");
  std::fflush(stdout);
  sizes_.push_back({mebibytes, std::move(results)});
}

void Report::floor(const std::string& name, double value, const std::string& unit) {
  show(name, value, unit);
  floors_.push_back({name, value, unit});
}

void Report::figure(const std::string& name, double value, const std::string& unit) {
  show(name, value, unit);
  figures_.push_back({name, value, unit});
}

void Report::bound(const std::string& name, double value, double most, const std::string& unit) {
  std::printf("  %s: %s is %.3f%s, at most %.3f%s\n", value <= most ? "kept" : "MISSED",
              name.c_str(), value, unit.c_str(), most, unit.c_str());
  std::fflush(stdout);
  bounds_.push_back({name, value, most, unit});
}

void Report::write(const std::filesystem::path& path) const {
  Json json{{"machine", json_of(this_machine())},
            {"floors", Json::array()},
            {"figures", Json::array()},
            {"tables", Json::array()},
            {"sizes", Json::array()},
            {"bounds", Json::array()}};
  const auto add = [&](const char* where, const std::vector<Figure>& figures) {
    for (const Figure& figure : figures) {
      json[where].push_back(
          {{"name", figure.name}, {"value", figure.value}, {"unit", figure.unit}});
    }
  };
  add("floors", floors_);
  add("figures", figures_);
  for (const Table& table : tables_) {
    json["tables"].push_back(
        {{"part", table.part}, {"title", table.title}, {"results", json_of(table.results)}});
  }
  for (const Size& size : sizes_) {
    json["sizes"].push_back({{"mebibytes", size.mebibytes}, {"results", json_of(size.results)}});
  }
  for (const Bound& bound : bounds_) {
    json["bounds"].push_back({{"name", bound.name},
                              {"value", bound.value},
                              {"most", bound.most},
                              {"unit", bound.unit},
                              {"kept", bound.value <= bound.most}});
  }
  std::ofstream file(path);
  file << json.dump(2) << '\n';
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace bench
