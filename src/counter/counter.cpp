#include <tidemark/counter.h>
#include <tidemark/error.h>

#include <limits>
#include <stdexcept>

namespace tidemark {

Mark Counter::next(const Mark& from, const Root& root) const {
  if (from.value == std::numeric_limits<std::uint64_t>::max()) {
    throw Error(Code::counter_unavailable, "the counter " + uri() + " has no value left",
                "start a lineage of another name");
  }
  return {from.value + 1, root.digest};
}

Digest Counter::identity() { throw std::logic_error("this counter has no identity of its own"); }

std::shared_ptr<Counter> Counter::unlock(std::string_view /*name*/,
                                         std::span<const std::byte, 32> /*secret*/,
                                         const Digest& /*identity*/) {
  throw std::logic_error("this counter needs no secret");
}

std::vector<std::string> Counter::warnings() { return {}; }

}  // namespace tidemark
