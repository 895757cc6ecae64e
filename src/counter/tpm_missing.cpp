// Takes the place of tpm_open.cpp where the library is built without tpm2-tss.

#include <tidemark/error.h>

#include "counter/tpm_open.h"

namespace tidemark::counter {

std::shared_ptr<Counter> open_tpm_counter(const Uri& uri) {
  throw Error(Code::usage, "this build has no counters of the kind " + uri.scheme + ":",
              "install tpm2-tss and build with -DTIDEMARK_TPM=ON, or name another counter");
}

}  // namespace tidemark::counter
