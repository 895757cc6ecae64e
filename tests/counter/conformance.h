#pragma once

#include <gtest/gtest.h>
#include <tidemark/counter.h>

#include <functional>
#include <memory>
#include <string>

namespace tidemark::counter {

/// Where a back-end keeps its marks: empty when it is made, gone when it is destroyed.
class Store {
 public:
  virtual ~Store() = default;

  /// Another client of the same marks; the same one again where there can only be one.
  [[nodiscard]] virtual std::shared_ptr<Counter> open() = 0;
};

/// What a back-end's tests hand over to be tested for all that include/tidemark/counter.h promises:
/// INSTANTIATE_TEST_SUITE_P(NAME, CounterConformance, testing::Values(Backend{...}), backend_name).
struct Backend {
  std::string name{};
  std::function<std::unique_ptr<Store>()> make{};
  std::uint64_t raced_steps = 1000;
};

inline std::string backend_name(const testing::TestParamInfo<Backend>& info) {
  return info.param.name;
}

inline void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

class CounterConformance : public testing::TestWithParam<Backend> {
 protected:
  std::unique_ptr<Store> store_ = GetParam().make();
  std::shared_ptr<Counter> counter_ = store_->open();
};

}  // namespace tidemark::counter
