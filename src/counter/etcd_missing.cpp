// Takes the place of etcd_open.cpp where the library is built without libcurl and nlohmann-json.

#include <tidemark/error.h>

#include "counter/etcd_open.h"

namespace tidemark::counter {

std::shared_ptr<Counter> open_etcd_counter(const Uri& uri) {
  throw Error(
      Code::usage, "this build has no counters of the kind " + uri.scheme + ":",
      "install libcurl and nlohmann-json and build with -DTIDEMARK_ETCD=ON, or name another "
      "counter");
}

}  // namespace tidemark::counter
