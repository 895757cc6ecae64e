#include "flags.h"

#include <getopt.h>
#include <tidemark/error.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMinSize = 8;
constexpr std::size_t kMaxSize = 100'000;  // 75 GiB
constexpr std::uint64_t kMaxSteps = 1'000'000'000'000;
constexpr std::chrono::milliseconds kMaxDuration = 24h * 365;

// Above 255, so that no letter is taken for one of them.
enum Flag : int { kSize = 256, kSteps, kEvery, kFile, kPicture, kCounter, kKey, kNew, kHelp };

constexpr std::array<option, 10> kFlags{{
    {"size", required_argument, nullptr, kSize},
    {"steps", required_argument, nullptr, kSteps},
    {"every", required_argument, nullptr, kEvery},
    {"file", required_argument, nullptr, kFile},
    {"picture", required_argument, nullptr, kPicture},
    {"counter", required_argument, nullptr, kCounter},
    {"key", required_argument, nullptr, kKey},
    {"new", no_argument, nullptr, kNew},
    {"help", no_argument, nullptr, kHelp},
    {nullptr, 0, nullptr, 0},
}};

[[noreturn]] void refuse(std::string what) {
  throw tidemark::Error(tidemark::Code::usage, std::move(what),
                        "./main -help shows what is accepted");
}

std::uint64_t number(std::string_view flag, std::string_view value, std::uint64_t least,
                     std::uint64_t most) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(value.begin(), value.end(), count);
  if (error != std::errc() || end != value.end() || count < least || count > most) {
    refuse(std::string(flag) + " must be a whole number from " + std::to_string(least) + " to " +
           std::to_string(most) + ", not '" + std::string(value) + "'");
  }
  return count;
}

std::chrono::milliseconds duration(std::string_view flag, std::string_view value) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(value.begin(), value.end(), count);
  const std::string_view unit(end, value.end());
  std::chrono::milliseconds one = 0ms;
  if (unit == "ms") one = 1ms;
  if (unit == "s") one = 1s;
  if (unit == "m") one = 1min;
  if (unit == "h") one = 1h;
  if (error != std::errc() || one == 0ms || count <= 0 || count > kMaxDuration / one) {
    refuse(std::string(flag) +
           " must be a positive whole number and ms, s, m or h, at most 8760h, not '" +
           std::string(value) + "'");
  }
  return count * one;
}

std::string text(std::string_view flag, std::string_view value) {
  if (value.empty()) refuse(std::string(flag) + " must not be empty");
  return std::string(value);
}

/// The variable's value; one that is empty counts as unset.
std::string environment(const char* variable, std::string otherwise) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment
  const char* value = std::getenv(variable);
  return value == nullptr || *value == '\0' ? std::move(otherwise) : value;
}

void apply(Flag flag, std::string_view value, Flags& flags) {
  switch (flag) {
    case kSize:
      flags.size = number("-size", value, kMinSize, kMaxSize);
      return;
    case kSteps:
      flags.steps = number("-steps", value, 1, kMaxSteps);
      return;
    case kEvery:
      flags.every = duration("-every", value);
      return;
    case kFile:
      flags.file = text("-file", value);
      return;
    case kPicture:
      flags.picture = text("-picture", value);
      return;
    case kCounter:
      flags.counter = value;
      return;
    case kKey:
      flags.key = value;
      return;
    case kNew:
      flags.start_over = true;
      return;
    case kHelp:
      flags.help = true;
      return;
  }
}

}  // namespace

Flags parse_flags(int argc, char** argv) {
  Flags flags;
  flags.counter = environment("TIDEMARK_COUNTER", flags.counter);
  flags.key = environment("TIDEMARK_KEY", flags.key);
  opterr = 0;
  while (!flags.help) {
    const int at = optind;
    // "+:" takes the arguments in order and tells a missing value from an unknown flag.
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread reads the command line
    const int found = ::getopt_long_only(argc, argv, "+:", kFlags.data(), nullptr);
    if (found == -1) break;
    const std::string argument = at < argc ? argv[at] : "";
    if (found == ':') refuse(argument + " needs a value");
    if (found == '?' && optopt >= kSize) refuse(argument + ": this flag takes no value");
    if (found == '?') refuse("there is no flag " + argument);
    apply(static_cast<Flag>(found), optarg == nullptr ? "" : optarg, flags);
  }
  if (!flags.help && optind < argc) {
    refuse(std::string("there is an argument too many, '") + argv[optind] + "'");
  }
  return flags;
}

const char* help_text() noexcept {
  return R"(Heat spreads in a plate, step by step; at the end a picture of it is written. The program saves
itself in the background. However it ends, the same command line goes on where it was saved last.

Usage: ./main [FLAG]...

Examples:
  ./main
  ./main -size=2000 -steps=50000 -every=1m -file=plate.dat -picture=plate.png

Flags, with one dash or two:
  -size=N            points in a row and in a column; 5792 by default, which are 256 MiB; what is
                     saved cannot be given another size
  -steps=N           how many steps there are; 1000 by default; more than before goes on further
  -every=DURATION    how often it saves itself; 5s by default
  -file=FILE         the checkpoint; heat.dat by default
  -picture=FILE      the picture; heat.png by default
  -counter=URI       where the mark of the newest checkpoint is kept; by default $TIDEMARK_COUNTER,
                     else file: in your state directory
  -key=URI           what the checkpoint is encrypted with; by default $TIDEMARK_KEY, else file: in
                     your state directory
  -new               start anew: what is saved is lost for good
  -help              show this

Signals: SIGUSR1 saves at once and goes on; SIGINT (Ctrl-C), SIGTERM and SIGHUP save and end.
A DURATION is a positive whole number and ms, s, m or h.)";
}
