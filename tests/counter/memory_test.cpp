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

// No process can share it, and there is no server that could be killed or slow.
INSTANTIATE_TEST_SUITE_P(Counter, CounterConformance,
                         testing::Values(Backend{
                             .name = "Memory",
                             .make = [] { return std::make_unique<MemoryStore>(); },
                         }),
                         backend_name);

}  // namespace
}  // namespace tidemark::counter
