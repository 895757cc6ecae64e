#include "base/random.h"

#include <sys/random.h>
#include <tidemark/error.h>

#include <cerrno>
#include <system_error>

namespace tidemark {

Digest Random::digest() { return {array<32>()}; }

void SystemRandom::fill(MutableBytes into) {
  while (!into.empty()) {
    const ssize_t got = ::getrandom(into.data(), into.size(), 0);
    if (got > 0) {
      into = into.subspan(static_cast<std::size_t>(got));
    } else if (errno != EINTR) {
      throw Error(
          Code::failed,
          "cannot get random bytes from the kernel: " + std::generic_category().message(errno),
          "check that the system offers getrandom");
    }
  }
}

}  // namespace tidemark
