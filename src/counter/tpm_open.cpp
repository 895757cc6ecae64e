#include "counter/tpm_open.h"

#include <cstdlib>

#include "counter/tpm.h"

namespace tidemark::counter {

std::shared_ptr<Counter> open_tpm_counter(const Uri& uri) {
  // tpm2-tss writes every refusal of the chip to the standard error output, the expected ones too.
  ::setenv("TSS2_LOG", "all+none", 0);  // NOLINT(concurrency-mt-unsafe)
  return std::make_shared<TpmCounter>(read_tpm_uri(uri));
}

}  // namespace tidemark::counter
