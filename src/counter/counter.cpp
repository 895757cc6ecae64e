#include <tidemark/counter.h>
#include <tidemark/error.h>

#include <limits>

namespace tidemark {

Mark Counter::next(const Mark& from, const Root& root) const {
  if (from.value == std::numeric_limits<std::uint64_t>::max()) {
    throw Error(Code::counter_unavailable, "the counter " + uri() + " has no value left",
                "start a lineage of another name");
  }
  return {from.value + 1, root.digest};
}

std::vector<std::string> Counter::warnings() { return {}; }

}  // namespace tidemark
