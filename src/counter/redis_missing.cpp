// Takes the place of redis_open.cpp where the library is built without hiredis.

#include <tidemark/error.h>

#include "counter/redis_open.h"

namespace tidemark::counter {

std::shared_ptr<Counter> open_redis_counter(const Uri& uri) {
  throw Error(Code::usage, "this build has no counters of the kind " + uri.scheme + ":",
              "install hiredis and build with -DTIDEMARK_REDIS=ON, or name another counter");
}

}  // namespace tidemark::counter
