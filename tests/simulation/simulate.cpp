// Runs of the whole protocol, each decided by a seed: instances on several machines, disks that
// lose what was not synced, a counter behind a bad network, a host that puts back old disks.

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulation/run.h"

namespace {

constexpr const char* usage =
    "usage: simulate [-runs N] [-seed FIRST] [-mutation NAME]\n"
    "  -runs      how many, with one seed after the other; default: 1000\n"
    "  -seed      the first one; default: 1\n"
    "  -mutation  a mistake that has to be found: without_digests, blind, early, same_random,\n"
    "             move_not_committed, move_not_noticed\n"
    "Exits with 0 if nothing was wrong or, with a mutation, if it was found; else with 1.\n";

struct Wish {
  std::uint64_t runs = 1000;
  std::uint64_t seed = 1;
  std::string mutation = "none";
};

bool parse(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

bool parse(int argc, char** argv, Wish& wish) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view word = argv[i];
    if (word == "-mutation") {
      wish.mutation = argv[i + 1];
    } else if (word == "-runs" || word == "-seed") {
      if (!parse(argv[i + 1], word == "-runs" ? wish.runs : wish.seed)) return false;
    } else {
      return false;
    }
  }
  return argc % 2 == 1;
}

}  // namespace

int main(int argc, char** argv) {
  Wish wish;
  if (!parse(argc, argv, wish)) {
    std::fputs(usage, stderr);
    return 2;
  }
  const auto mutation = tidemark::simulation::mutation_of(wish.mutation);
  if (!mutation) {
    std::fputs(usage, stderr);
    return 2;
  }
  const bool mutated = *mutation != tidemark::simulation::Mutation::none;
  for (std::uint64_t i = 0; i < wish.runs; ++i) {
    const std::uint64_t seed = wish.seed + i;
    const auto wrong = tidemark::simulation::run(seed, *mutation);
    if (!wrong) continue;
    std::printf("%s: %s after %llu runs: %s\n  again: %s -runs 1 -seed %llu%s%s\n",
                wish.mutation.c_str(), mutated ? "found" : "WRONG",
                static_cast<unsigned long long>(i + 1), wrong->c_str(), argv[0],
                static_cast<unsigned long long>(seed), mutated ? " -mutation " : "",
                mutated ? wish.mutation.c_str() : "");
    return mutated ? 0 : 1;
  }
  std::printf("%s: nothing wrong in %llu runs from seed %llu on\n", wish.mutation.c_str(),
              static_cast<unsigned long long>(wish.runs),
              static_cast<unsigned long long>(wish.seed));
  return mutated ? 1 : 0;
}
