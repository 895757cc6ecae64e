#include "counter/memory.h"

#include "conformance.h"

namespace tidemark::counter {
namespace {

class MemoryStore final : public Store {
 public:
  std::shared_ptr<Counter> open() override { return counter_; }

 private:
  std::shared_ptr<Counter> counter_ = std::make_shared<MemoryCounter>();
};

INSTANTIATE_TEST_SUITE_P(Memory, CounterConformance,
                         testing::Values(Backend{
                             .name = "memory",
                             .make = [] { return std::make_unique<MemoryStore>(); },
                         }),
                         backend_name);

}  // namespace
}  // namespace tidemark::counter
