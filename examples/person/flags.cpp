#include "flags.h"

#include <getopt.h>
#include <tidemark/error.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr std::int64_t kMaxAge = 1'000'000;
constexpr std::chrono::milliseconds kMaxDuration = 24h * 365;

// Above 255, so that no letter is taken for one of them.
enum Flag : int {
  kName = 256,
  kAge,
  kFile,
  kCounter,
  kMovedFrom,
  kKey,
  kLineage,
  kPolicy,
  kPublish,
  kTick,
  kEvery,
  kNew,
  kHelp
};

constexpr std::array<option, 14> kFlags{{
    {"name", required_argument, nullptr, kName},
    {"age", required_argument, nullptr, kAge},
    {"file", required_argument, nullptr, kFile},
    {"counter", required_argument, nullptr, kCounter},
    {"moved-from", required_argument, nullptr, kMovedFrom},
    {"key", required_argument, nullptr, kKey},
    {"lineage", required_argument, nullptr, kLineage},
    {"policy", required_argument, nullptr, kPolicy},
    {"publish", required_argument, nullptr, kPublish},
    {"tick", required_argument, nullptr, kTick},
    {"every", required_argument, nullptr, kEvery},
    {"new", no_argument, nullptr, kNew},
    {"help", no_argument, nullptr, kHelp},
    {nullptr, 0, nullptr, 0},
}};

[[noreturn]] void refuse(std::string what) {
  throw tidemark::Error(tidemark::Code::usage, std::move(what),
                        "./main -help shows what is accepted");
}

/// U+0000 to U+001F and U+007F to U+009F, the latter written in UTF-8 as 0xC2 and the number
/// itself.
bool has_control_character(std::string_view value) {
  unsigned char before = 0;
  return std::ranges::any_of(value, [&before](char character) {
    const auto c = static_cast<unsigned char>(character);
    const bool second = std::exchange(before, c) == 0xc2;
    return c < 0x20 || c == 0x7f || (second && c >= 0x80 && c <= 0x9f);
  });
}

/// What this program shows in its lines must not end a line or steer a terminal.
std::string text(std::string_view flag, std::string_view value) {
  if (value.empty()) refuse(std::string(flag) + " must not be empty");
  if (has_control_character(value)) {
    refuse(std::string(flag) + " must not contain control characters");
  }
  return std::string(value);
}

std::int64_t age(std::string_view value) {
  std::int64_t years = -1;
  const auto [end, error] = std::from_chars(value.begin(), value.end(), years);
  if (error != std::errc() || end != value.end() || years < 0 || years > kMaxAge) {
    refuse("-age must be a whole number from 0 to " + std::to_string(kMaxAge) + ", not '" +
           std::string(value) + "'");
  }
  return years;
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
           " must be a positive whole number and ms, s, m or h, at most 8760h, " + "not '" +
           std::string(value) + "'");
  }
  return count * one;
}

tidemark::Policy policy(std::string_view value) {
  if (value == "hand_over") return tidemark::Policy::hand_over;
  if (value == "single_use") return tidemark::Policy::single_use;
  refuse("-policy must be hand_over or single_use, not '" + std::string(value) + "'");
}

tidemark::Publishing publishing(std::string_view value) {
  if (value == "append") return tidemark::Publishing::append;
  if (value == "alternate") return tidemark::Publishing::alternate;
  refuse("-publish must be append or alternate, not '" + std::string(value) + "'");
}

/// The variable's value; one that is empty counts as unset.
std::optional<std::string> environment(const char* variable) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment
  const char* value = std::getenv(variable);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

/// Where FILE really is, or will be.
std::string real_path(const std::string& shown) {
  fs::path file = shown;
  std::error_code error;
  fs::path whole = fs::canonical(file, error);
  while (error == std::errc::no_such_file_or_directory && fs::is_symlink(file)) {
    file = file.parent_path() / fs::read_symlink(file);  // a link to what does not exist yet
    whole = fs::canonical(file, error);
  }
  if (!error) return whole;
  const fs::path folder = fs::canonical(file.has_parent_path() ? file.parent_path() : ".", error);
  if (error) {
    throw tidemark::Error(tidemark::Code::failed,
                          "the folder of " + shown + " cannot be used: " + error.message(),
                          "make the folder, or name another file with -file");
  }
  return folder / file.filename();
}

std::string default_lineage(const std::string& file) { return "person:" + real_path(file); }

/// Which flags were given, where their presence matters.
struct Given {
  bool name = false;
  bool age = false;
  bool file = false;
  bool policy = false;
  bool publish = false;
};

/// Where TIDEMARK_FIXED settles what a command line could otherwise choose: in an enclave it is the
/// untrusted host who writes that.
void demand_unfixed(Flag flag, const Flags& flags) {
  constexpr std::array fixed{kCounter, kMovedFrom, kKey, kLineage, kPolicy, kPublish, kNew};
  if (flags.fixed && std::ranges::find(fixed, flag) != fixed.end()) {
    refuse(
        "TIDEMARK_FIXED is set, so -counter, -moved-from, -key, -lineage, -policy, -publish and "
        "-new are not accepted");
  }
}

void apply(Flag flag, std::string_view value, Flags& flags, Given& given) {
  demand_unfixed(flag, flags);
  switch (flag) {
    case kName:
      flags.name = text("-name", value);
      given.name = true;
      return;
    case kAge:
      flags.age = age(value);
      given.age = true;
      return;
    case kFile:
      flags.file = text("-file", value);
      given.file = true;
      return;
    case kCounter:
      flags.counter = value;
      return;
    case kMovedFrom:
      flags.moved_from = value;
      return;
    case kKey:
      flags.key = value;
      return;
    case kLineage:
      flags.lineage = text("-lineage", value);
      return;
    case kPolicy:
      flags.policy = policy(value);
      given.policy = true;
      return;
    case kPublish:
      flags.publishing = publishing(value);
      given.publish = true;
      return;
    case kTick:
      flags.tick = duration("-tick", value);
      return;
    case kEvery:
      flags.every = duration("-every", value);
      return;
    case kNew:
      flags.start_over = true;
      return;
    case kHelp:
      flags.help = true;
      return;
  }
}

Given read_command_line(int argc, char** argv, Flags& flags) {
  Given given;
  opterr = 0;
  while (!flags.help) {
    const int at = optind;
    // "+:" takes the arguments in order and tells a missing value from an unknown flag.
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread reads the command line
    const int found = ::getopt_long_only(argc, argv, "+:", kFlags.data(), nullptr);
    if (found == -1) break;
    const std::string argument = at < argc ? argv[at] : "";
    if (found == ':') refuse(argument + " needs a value");
    if (found == '?' && optopt >= kName) refuse(argument + ": this flag takes no value");
    if (found == '?') refuse("there is no flag " + argument);
    apply(static_cast<Flag>(found), optarg == nullptr ? "" : optarg, flags, given);
  }
  if (!flags.help && optind < argc) {
    refuse(std::string("there is an argument too many, '") + argv[optind] + "'");
  }
  return given;
}

void check_restore(const std::string& file, const Given& given, Flags& flags) {
  if (given.name || given.age || given.file || given.policy || given.publish || flags.start_over) {
    refuse(
        "RESTORE_FROM_FILE is set, and -name, -age, -file, -policy, -publish and -new are for a "
        "start");
  }
  flags.file = text("RESTORE_FROM_FILE", file);
  flags.restore = true;
  // Else the host could have another of its files, sealed with the same key, stand in for this one.
  if (flags.fixed && flags.lineage.empty()) flags.lineage = default_lineage(flags.file);
}

void check_start(const Given& given, Flags& flags) {
  if (flags.moved_from) {
    refuse("-moved-from and $TIDEMARK_MOVED_FROM are for a restore");
  }
  if (!given.name || !given.age) {
    refuse("-name and -age are required at a start, or RESTORE_FROM_FILE for a restore");
  }
  if (flags.lineage.empty()) flags.lineage = default_lineage(flags.file);
}

}  // namespace

Flags parse_flags(int argc, char** argv) {
  Flags flags;
  flags.fixed = environment("TIDEMARK_FIXED").has_value();
  flags.counter = environment("TIDEMARK_COUNTER").value_or(flags.counter);
  flags.moved_from = environment("TIDEMARK_MOVED_FROM");
  flags.key = environment("TIDEMARK_KEY").value_or(flags.key);
  flags.lineage = environment("TIDEMARK_LINEAGE").value_or("");
  const Given given = read_command_line(argc, argv, flags);
  if (flags.help) return flags;
  if (const auto file = environment("RESTORE_FROM_FILE")) {
    check_restore(*file, given, flags);
  } else {
    check_start(given, flags);
  }
  return flags;
}

const char* help_text() noexcept {
  return R"(A person grows a year older at every tick. Ctrl-C (SIGINT), SIGTERM, and SIGHUP when the terminal is
closed, save the person and end.

Usage:
  ./main -name=NAME -age=YEARS [-file=FILE] [FLAG]...   start
  RESTORE_FROM_FILE=FILE ./main [FLAG]...               restore, and save to FILE again

Examples:
  ./main -name="Dmitrii Kuvaiskii" -age=35 -file=dump.dat
  RESTORE_FROM_FILE=dump.dat ./main
  RESTORE_FROM_FILE=dump.dat ./main -tick=100ms -every=10s

Flags, with one dash or two:
  -name=NAME         the person's name; required at a start
  -age=YEARS         the person's age, 0 to 1000000; required at a start
  -file=FILE         the checkpoint; dump.dat by default
  -new               give up the person that is saved already: its state is lost for good
  -counter=URI       where the mark of the newest checkpoint is kept: file:[FOLDER],
                     redis[s]://[USER:PASSWORD@]HOST[:PORT][/DATABASE][?timeout=DURATION],
                     redis+unix:PATH, etcd://HOST[:PORT],... or memory: (more in
                     docs/counters.md); by default
                     $TIDEMARK_COUNTER (which, unlike a flag, no list of processes shows), else
                     file: in your state directory
  -moved-from=URI    at a restore: the counter that the person was saved under, to move it to the one
                     of -counter; by default $TIDEMARK_MOVED_FROM, else it is not moved
  -key=URI           what the checkpoint is encrypted with: file:[PATH], env:NAME,
                     passphrase:[env=NAME], gramine:NAME, systemd:NAME or none;
                     by default $TIDEMARK_KEY, else file: in your state directory
  -lineage=NAME      what the counter knows this person by; by default $TIDEMARK_LINEAGE, else at a
                     start person: and the real path of FILE, at a restore the name in FILE
  -policy=POLICY     hand_over (the default), or single_use: each state can be loaded once, and is
                     lost if the program dies before its next save; fixed at a start
  -publish=WAY       append, or alternate: a file of its own for each save; by default what fits
  -tick=DURATION     how long a year takes; 1s by default
  -every=DURATION    also save that often; off by default
  -help              show this

A DURATION is a positive whole number and ms, s, m or h. With TIDEMARK_FIXED in the environment
-counter, -moved-from, -key, -lineage, -policy, -publish and -new are refused.)";
}
