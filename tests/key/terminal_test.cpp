#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <tidemark/runtime.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include "io/descriptor.h"
#include "io/simulated.h"
#include "key/passphrase_slot.h"
#include "tests/key/support.h"

namespace tidemark::key {
namespace {

const std::string passphrase = "gr\xc3\xbc\xc3\x9f dich, Zebra 47!";
constexpr int patience_ms = 60'000;

using io::Descriptor;

/// A program that is started on a terminal of its own, and the person at the terminal.
class Typist {
 public:
  enum class Terminal { controlling, none };

  /// `work` runs in the program; what it returns is its report.
  explicit Typist(const std::function<std::string()>& work,
                  Terminal terminal = Terminal::controlling) {
    int screen = -1;
    int keyboard = -1;
    std::array<int, 2> report{};
    if (::openpty(&screen, &keyboard, nullptr, nullptr, nullptr) != 0 ||
        ::tcgetattr(keyboard, &before_) != 0 || ::pipe(report.data()) != 0) {
      throw std::runtime_error("no terminal");
    }
    program_ = ::fork();
    if (program_ == 0) {
      ::setsid();
      ::close(screen);
      if (terminal == Terminal::controlling) ::ioctl(keyboard, TIOCSCTTY, 0);
      const std::string said = outcome(work);
      const auto sent = ::write(report[1], said.data(), said.size());
      ::_exit(sent == static_cast<ssize_t>(said.size()) ? 0 : 1);
    }
    ::close(report[1]);
    screen_.emplace(screen);
    terminal_.emplace(keyboard);
    report_.emplace(report[0]);
  }

  ~Typist() {
    if (!ended_) {
      ::kill(program_, SIGKILL);
      (void)end();
    }
  }
  Typist(const Typist&) = delete;
  Typist& operator=(const Typist&) = delete;

  /// Returns once the terminal shows `text` behind what was waited for before.
  void wait_for(std::string_view text) {
    while (shown_.find(text, seen_) == std::string::npos) {
      pollfd ready{.fd = screen_->get(), .events = POLLIN, .revents = 0};
      std::array<char, 4096> piece{};
      if (::poll(&ready, 1, patience_ms) != 1) throw std::runtime_error("not shown: " + shown_);
      const auto got = ::read(screen_->get(), piece.data(), piece.size());
      if (got <= 0) throw std::runtime_error("ended before: " + shown_);
      shown_.append(piece.data(), static_cast<std::size_t>(got));
    }
    seen_ = shown_.find(text, seen_) + text.size();
  }

  void type(std::string_view text) const {
    EXPECT_EQ(::write(screen_->get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  void signal(int number) const { EXPECT_EQ(::kill(program_, number), 0); }

  /// The signal that ended the program, or 0.
  int end() {
    int status = 0;
    EXPECT_EQ(::waitpid(program_, &status, 0), program_);
    ended_ = true;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

  /// What the program reports, once it has.
  [[nodiscard]] std::string report() {
    std::string said;
    std::array<char, 4096> piece{};
    while (true) {
      const auto got = ::read(report_->get(), piece.data(), piece.size());
      if (got <= 0) break;
      said.append(piece.data(), static_cast<std::size_t>(got));
    }
    EXPECT_EQ(end(), 0);
    return said;
  }

  [[nodiscard]] bool echoes() const { return (settings().c_lflag & ECHO) != 0; }

  /// Whether the terminal is set as it was before the program, and showed nothing secret.
  void expect_as_before() {
    const termios now = settings();
    EXPECT_EQ(now.c_lflag, before_.c_lflag);
    EXPECT_EQ(now.c_iflag, before_.c_iflag);
    EXPECT_TRUE(std::ranges::equal(now.c_cc, before_.c_cc));
    read_the_rest();
    for (const std::string_view secret : {"gr\xc3\xbc", "Zebra", "47!"}) {
      EXPECT_EQ(shown_.find(secret), std::string::npos) << shown_;
    }
  }

 private:
  static std::string outcome(const std::function<std::string()>& work) {
    try {
      return work();
    } catch (const Error& error) {
      return std::string(name(error.code())) + ": " + words(error);
    } catch (...) {
      return "something else was thrown";
    }
  }

  [[nodiscard]] termios settings() const {
    termios now{};
    EXPECT_EQ(::tcgetattr(terminal_->get(), &now), 0);
    return now;
  }

  void read_the_rest() {
    std::array<char, 4096> piece{};
    pollfd ready{.fd = screen_->get(), .events = POLLIN, .revents = 0};
    while (::poll(&ready, 1, 0) == 1) {
      const auto got = ::read(screen_->get(), piece.data(), piece.size());
      if (got <= 0) return;
      shown_.append(piece.data(), static_cast<std::size_t>(got));
    }
  }

  pid_t program_ = -1;
  bool ended_ = false;
  std::optional<Descriptor> screen_;
  std::optional<Descriptor> terminal_;  ///< so that its settings outlive the program
  std::optional<Descriptor> report_;
  termios before_{};
  std::string shown_;
  std::size_t seen_ = 0;
};

class AskedPassphrase : public testing::Test {
 protected:
  /// What a program does that is to report whether it was given the right one.
  [[nodiscard]] std::function<std::string()> loading(Missing missing) {
    return [this, missing] {
      io::SimulatedFileSystem files;
      const auto unlocker = load(open_key("passphrase:"), files, missing);
      return std::string(opens(*unlocker, slot) ? "right" : "wrong");
    };
  }

  const Buffer slot = slot_of(*passphrase_unlocker(secret(passphrase), smallest_cost));
  const std::string line = passphrase + "\n";
};

TEST_F(AskedPassphrase, IsAskedForOnceAndNotShown) {
  Typist typist(loading(Missing::refuse));
  typist.wait_for("passphrase: ");
  EXPECT_FALSE(typist.echoes());
  typist.type(line);
  EXPECT_EQ(typist.report(), "right");
  typist.expect_as_before();
}

TEST_F(AskedPassphrase, IsAskedForTwiceForANewLineage) {
  Typist typist(loading(Missing::make));
  typist.wait_for("passphrase: ");
  typist.type(line);
  typist.wait_for("the same again: ");
  EXPECT_FALSE(typist.echoes());
  typist.type(line);
  EXPECT_EQ(typist.report(), "right");
  typist.expect_as_before();
}

TEST_F(AskedPassphrase, MustBeTheSameTwice) {
  Typist typist(loading(Missing::make));
  typist.wait_for("passphrase: ");
  typist.type(line);
  typist.wait_for("the same again: ");
  typist.type("Zebra 47!\n");
  const std::string report = typist.report();
  EXPECT_TRUE(report.starts_with("wrong_key: the second passphrase is not the first")) << report;
  EXPECT_EQ(report.find("Zebra"), std::string::npos);
  typist.expect_as_before();
}

TEST_F(AskedPassphrase, MayBeCorrected) {
  Typist typist(loading(Missing::refuse));
  typist.wait_for("passphrase: ");
  typist.type("something else\x15" + passphrase + "?\x7f\n");
  EXPECT_EQ(typist.report(), "right");
  typist.expect_as_before();
}

TEST_F(AskedPassphrase, IsRefusedWhenItIsNone) {
  struct Case {
    std::string typed, said;
  };
  for (const auto& [typed, said] :
       {Case{"\n", "wrong_key: the passphrase is empty"},
        Case{"\x04", "wrong_key: no passphrase was given"},
        Case{"Zebra\x1a 47!\n", "wrong_key: the passphrase holds a control character"},
        Case{std::string(1025, 'Z') + "\n", "wrong_key: the passphrase is too long"},
        Case{std::string(3000, 'Z') + "\n", "wrong_key: what was typed is too long"}}) {
    Typist typist(loading(Missing::make));
    typist.wait_for("passphrase: ");
    typist.type(typed);
    const std::string report = typist.report();
    EXPECT_TRUE(report.starts_with(said)) << report;
    EXPECT_EQ(report.find('Z'), std::string::npos);
    typist.expect_as_before();
  }
}

TEST_F(AskedPassphrase, NeedsATerminal) {
  Typist typist(loading(Missing::make), Typist::Terminal::none);
  const std::string report = typist.report();
  EXPECT_TRUE(report.starts_with("wrong_key: there is no terminal")) << report;
  EXPECT_NE(report.find("passphrase:env=NAME"), std::string::npos) << report;
}

TEST_F(AskedPassphrase, LeavesTheTerminalAsItWasWhenASignalEndsTheProgram) {
  for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM}) {
    Typist typist(loading(Missing::refuse));
    typist.wait_for("passphrase: ");
    typist.type("Zebra");
    // The kernel passes it on in its own time, and would show what comes after the program's end.
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    typist.signal(number);
    EXPECT_EQ(typist.end(), number);
    typist.expect_as_before();
  }
}

TEST_F(AskedPassphrase, EndsWithTheKeysForSignals) {
  for (const auto& [typed, number] : {std::pair{"Zebra\x03", SIGINT}, {"Zebra\x1c", SIGQUIT}}) {
    Typist typist(loading(Missing::refuse));
    typist.wait_for("passphrase: ");
    typist.type(typed);
    EXPECT_EQ(typist.end(), number);
    typist.expect_as_before();
  }
}

// StopSignals waits for the signal, so that it ends nothing by itself.
TEST_F(AskedPassphrase, EndsWithTheKeysAlsoWhereTheProgramWaitsForTheSignal) {
  Typist typist([this] {
    const StopSignals stop{SIGINT, SIGTERM};
    try {
      return loading(Missing::refuse)();
    } catch (const Error& error) {
      stop.wait();
      return "stopped, " + std::string(name(error.code())) + ": " + error.what();
    }
  });
  typist.wait_for("passphrase: ");
  typist.type("Zebra\x03");
  EXPECT_EQ(typist.report(), "stopped, wrong_key: no passphrase was given");
  typist.expect_as_before();
}

TEST_F(AskedPassphrase, LeavesAloneWhatTheProgramDoesWithSignals) {
  Typist typist([this] {
    ::signal(SIGHUP, SIG_IGN);
    std::string said = loading(Missing::refuse)();
    struct sigaction hup{};
    struct sigaction term{};
    ::sigaction(SIGHUP, nullptr, &hup);
    ::sigaction(SIGTERM, nullptr, &term);
    return said + (hup.sa_handler == SIG_IGN && term.sa_handler == SIG_DFL ? "" : ", changed");
  });
  typist.wait_for("passphrase: ");
  typist.signal(SIGHUP);
  typist.type(line);
  EXPECT_EQ(typist.report(), "right");
  typist.expect_as_before();
}

}  // namespace
}  // namespace tidemark::key
