#include "counter/name.h"

#include <tidemark/error.h>

#include <cstddef>
#include <string>

namespace tidemark::counter {
namespace {

constexpr std::size_t longest_name = 4608;

}  // namespace

void check_name(std::string_view name) {
  if (!name.empty() && name.size() <= longest_name) return;
  throw Error(Code::usage,
              "a lineage's name has 1 to " + std::to_string(longest_name) + " bytes, not " +
                  std::to_string(name.size()),
              "choose another name");
}

}  // namespace tidemark::counter
