// Sessions whose counter is a TPM, in software: restarted, cleared, exchanged, its index taken away
// and made again, with a host on the wire that loses, forges and keeps back answers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "saver.h"
#include "tests/counter/tpm_manager.h"

namespace tidemark::session {
namespace {

using counter::TpmManager;
using testing::HasSubstr;
using Answer = TpmManager::Answer;

constexpr const char* index = "?nv=0x1800042&timeout=6s";

class TpmSession : public testing::Test {
 protected:
  [[nodiscard]] Options options() const { return place_.options(host_.uri(index)); }

  void create(Saver& application) const {
    application.session = Session::create(options(), application.state);
  }

  /// The age that a restore comes back with; throws as it does. The instance is gone afterwards.
  [[nodiscard]] std::uint64_t restored_age() const {
    Saver application;
    application.session = Session::restore(options(), application.state);
    return application.age();
  }

  /// What the owner does, who has no password and knows no secret.
  void undefine_index() {
    const unsigned char command[] = {0x80, 0x02, 0, 0, 0,    0x1f, 0,    0, 1, 0x22, 0x40,
                                     0,    0,    1, 1, 0x80, 0,    0x42, 0, 0, 0,    9,
                                     0x40, 0,    0, 9, 0,    0,    0,    0, 0};
    const Buffer answer = host_.ask(std::as_bytes(std::span(command)));
    ASSERT_GE(answer.size(), 10U);
    ASSERT_EQ(answer[9], std::byte{0}) << to_hex(answer);
  }

  void clear() {
    const unsigned char command[] = {0x80, 0x02, 0, 0, 0,    0x1b, 0, 0, 1, 0x26, 0x40, 0, 0, 0x0c,
                                     0,    0,    0, 9, 0x40, 0,    0, 9, 0, 0,    0,    0, 0};
    const Buffer answer = host_.ask(std::as_bytes(std::span(command)));
    ASSERT_GE(answer.size(), 10U);
    ASSERT_EQ(answer[9], std::byte{0}) << to_hex(answer);
  }

  counter::SoftwareTpm chip_;
  mutable TpmManager host_{chip_};
  SavePlace place_;
};

TEST_F(TpmSession, SavesAndRestores) {
  Saver application;
  create(application);
  for (std::uint64_t age = 1; age <= 10; ++age) EXPECT_EQ(application.save(age), age + 1);
  EXPECT_NO_THROW(application.session->confirm());
  application.session.reset();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(restored_age(), 10U);
  Saver again;
  again.session = Session::open(options(), again.state);
  EXPECT_EQ(again.age(), 10U);
  EXPECT_EQ(again.save(11), 16U);
  again.session.reset();
  EXPECT_EQ(code_of([&] { create(again); }), Code::exists);
}

TEST_F(TpmSession, RefusesAnOldFile) {
  Saver application;
  create(application);
  application.save(1);
  application.session.reset();
  const auto old = place_.copy();
  EXPECT_EQ(restored_age(), 1U);
  place_.put_back(old);
  EXPECT_EQ(code_of([&] { (void)restored_age(); }), Code::stale);
  try {
    (void)restored_age();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the counter is at one that is not in it"));
  }
  Saver again;
  EXPECT_EQ(code_of([&] { again.session = Session::open(options(), again.state); }), Code::stale);
  EXPECT_EQ(code_of([&] { create(again); }), Code::exists);
}

TEST_F(TpmSession, GivesAStateOutOnceWhereThatIsThePolicy) {
  Saver application;
  Options single = options();
  single.policy = Policy::single_use;
  application.session = Session::create(std::move(single), application.state);
  application.save(5);
  application.session.reset();
  const auto before = place_.copy();
  EXPECT_EQ(restored_age(), 5U);
  EXPECT_EQ(code_of([&] { (void)restored_age(); }), Code::used_up);
  place_.put_back(before);
  EXPECT_EQ(code_of([&] { (void)restored_age(); }), Code::stale)
      << "the record of the used mark was taken away";
}

TEST_F(TpmSession, FencesTheOneThatWasTakenOver) {
  Saver old;
  create(old);
  old.save(1);
  Saver young;
  const auto copy = place_.copy();
  SavePlace elsewhere;
  elsewhere.put_back(copy);
  young.session = Session::restore(elsewhere.options(host_.uri(index)), young.state);
  EXPECT_EQ(code_of([&] { old.session->confirm(); }), Code::fenced);
  EXPECT_EQ(code_of([&] { old.save(2); }), Code::fenced);
  EXPECT_EQ(young.save(7), 4U);
}

TEST_F(TpmSession, StartsOverAboveTheOldLife) {
  Saver application;
  create(application);
  application.save(1);
  application.session.reset();
  const auto old = place_.copy();
  const auto start_over = [&] {
    Saver fresh;
    Options options = this->options();
    options.start_over = true;
    fresh.numbers[0] = 100;
    fresh.session = Session::create(std::move(options), fresh.state);
    return fresh.save(101);
  };
  EXPECT_EQ(start_over(), 4U);
  EXPECT_EQ(restored_age(), 101U);
  place_.put_back(old);
  EXPECT_EQ(code_of([&] { (void)restored_age(); }), Code::stale);
  EXPECT_GT(start_over(), 3U) << "from an old file too";
  EXPECT_EQ(restored_age(), 101U);
}

TEST_F(TpmSession, StartsOverWithoutTheOldFileOnceTheOwnerTookTheIndexAway) {
  Saver application;
  create(application);
  application.session.reset();
  place_.clear();
  Options again = options();
  again.start_over = true;
  EXPECT_EQ(code_of([&] { create(application); }), Code::exists) << "no fresh start by itself";
  try {
    application.session = Session::create(again, application.state);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::exists);
    EXPECT_THAT(error.advice(), HasSubstr("tpm2_nvundefine 0x1800042"));
  }
  undefine_index();
  application.session = Session::create(again, application.state);
  EXPECT_EQ(application.save(6), 2U);
}

TEST_F(TpmSession, GoesOnAfterTheChipWasRestarted) {
  Saver application;
  create(application);
  EXPECT_EQ(application.save(5), 2U);
  chip_.stop();
  chip_.start();
  EXPECT_EQ(application.save(6), 3U);
  chip_.kill();
  chip_.start();
  EXPECT_EQ(application.save(7), 4U);
  application.session.reset();
  EXPECT_EQ(restored_age(), 7U);
}

TEST_F(TpmSession, FindsOutWhenTheChipWasCleared) {
  Saver application;
  create(application);
  application.save(5);
  clear();
  EXPECT_EQ(code_of([&] { application.save(6); }), Code::counter_behind);
  application.session.reset();
  EXPECT_EQ(code_of([&] { (void)restored_age(); }), Code::counter_behind);
  EXPECT_EQ(code_of([&] { create(application); }), Code::counter_behind) << "no fresh start either";
}

TEST_F(TpmSession, RefusesAnIndexThatSomebodyElseMade) {
  Saver application;
  create(application);
  application.save(5);
  application.session.reset();
  undefine_index();
  SavePlace elsewhere;
  Saver stranger;
  stranger.session = Session::create(elsewhere.options(host_.uri(index)), stranger.state);
  EXPECT_EQ(code_of([&] { (void)restored_age(); }), Code::wrong_counter);
  stranger.session.reset();
  EXPECT_EQ(code_of([&] { create(application); }), Code::wrong_counter);
}

TEST_F(TpmSession, RefusesAnotherMachine) {
  Saver application;
  create(application);
  application.save(5);
  application.session.reset();
  chip_.replace();
  try {
    (void)restored_age();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::wrong_counter);
    EXPECT_THAT(error.what(), HasSubstr("endorsement key"));
  }
}

TEST_F(TpmSession, RefusesAVirtualChipWhoseStateWasPutBack) {
  Saver application;
  create(application);
  application.save(5);
  chip_.stop();
  const auto before = place_.folder() / "chip";
  std::filesystem::copy(chip_.state(), before, std::filesystem::copy_options::recursive);
  chip_.start();
  application.save(6);
  application.save(7);
  chip_.stop();
  std::filesystem::remove_all(chip_.state());
  std::filesystem::copy(before, chip_.state(), std::filesystem::copy_options::recursive);
  chip_.start();
  application.session.reset();
  EXPECT_EQ(code_of([&] { (void)restored_age(); }), Code::counter_behind)
      << "the newer file proves it";
}

TEST_F(TpmSession, NeedsAKey) {
  Saver application;
  Options plain = options();
  plain.key = open_key("none");
  try {
    application.session = Session::create(std::move(plain), application.state);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("needs a key"));
  }
  create(application);
  application.session.reset();
  ::setenv("TIDEMARK_TEST_KEY", std::string(64, '6').c_str(), 1);
  EXPECT_EQ(code_of([&] { (void)restored_age(); }), Code::wrong_key);
  EXPECT_EQ(code_of([&] { create(application); }), Code::wrong_key);
}

TEST_F(TpmSession, RefusesTheFileOfAnotherKindOfCounter) {
  Saver application;
  application.session =
      Session::create(place_.options("file:" + place_.folder().string()), application.state);
  application.session.reset();
  EXPECT_EQ(code_of([&] { (void)restored_age(); }), Code::wrong_counter);
  EXPECT_EQ(code_of([&] { create(application); }), Code::wrong_counter);
}

/// Whatever becomes of an extend or a read, nothing is lost or doubled.
TEST_F(TpmSession, CommitsOnceWhateverTheHostDoesToTheAnswers) {
  Saver application;
  create(application);
  std::uint64_t age = 0;
  for (const auto command : {TpmManager::nv_extend, TpmManager::nv_read}) {
    for (const Answer answer :
         {Answer::lost, Answer::forged, Answer::refused, Answer::denied, Answer::late}) {
      if (command == TpmManager::nv_read) host_.interfere(TpmManager::nv_extend, 1);
      host_.meddle(command, answer);
      ++age;
      EXPECT_EQ(application.save(age), age + 1) << command << ' ' << static_cast<int>(answer);
      EXPECT_EQ(host_.meddlings_left(), 0);
    }
  }
  application.session.reset();
  EXPECT_EQ(restored_age(), age);
}

TEST_F(TpmSession, DoesNotTakeAForgedAnswerForASave) {
  Saver application;
  create(application);
  application.save(5);
  host_.meddle(TpmManager::nv_extend, Answer::forged, 1000);
  EXPECT_EQ(code_of([&] { application.save(6); }), Code::unconfirmed);
  host_.meddle(TpmManager::nv_extend, Answer::lost, 0);
  application.session.reset();
  EXPECT_EQ(restored_age(), 6U) << "the restore takes it up";
}

TEST_F(TpmSession, SaysUnconfirmedWhileTheChipHangsAndTheNextRestoreTakesItUp) {
  Saver application;
  application.session =
      Session::create(place_.options(host_.uri("?timeout=500ms")), application.state);
  application.save(5);
  chip_.pause();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(code_of([&] { application.save(6, Save::last); }), Code::unconfirmed);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(8));
  chip_.resume();
  application.session.reset();
  Saver again;
  again.session = Session::restore(place_.options(host_.uri()), again.state);
  EXPECT_EQ(again.age(), 6U);
}

/// Each of the commands of a create fails, in each way, from there on or once; then it goes on.
TEST_F(TpmSession, IsCreatedInTheEndWhereverTheChipFailed) {
  constexpr std::uint32_t broken = 0x101;
  int failed = 0;
  for (const auto command : {TpmManager::nv_define, TpmManager::nv_read_public,
                             TpmManager::nv_extend, TpmManager::nv_read}) {
    for (int first = 1; first <= 4; ++first) {
      for (const Answer answer : {Answer::lost, Answer::refused, Answer::denied}) {
        const SavePlace place;
        counter::SoftwareTpm chip;
        TpmManager host(chip);
        Saver application;
        host.meddle(command, answer, answer == Answer::lost ? 1 : 1000, broken, first);
        const Code code = code_of([&] {
          application.session = Session::create(place.options(host.uri(index)), application.state);
        });
        if (code == Code::ok) continue;
        ++failed;
        EXPECT_THAT(code, testing::AnyOf(Code::counter_unavailable, Code::unconfirmed));
        host.meddle(command, answer, 0);
        Saver again;
        again.session = Session::open(place.options(host.uri(index)), again.state);
        EXPECT_LE(again.save(8), 3U);
      }
    }
  }
  EXPECT_GE(failed, 12);
}

TEST_F(TpmSession, ComesBackHoweverOftenItIsKilled) {
  std::mt19937 dice(std::random_device{}());
  std::uint64_t least = 0;
  const auto reached = place_.folder() / "reached";
  for (int round = 0; round < 12; ++round) {
    const pid_t process = ::fork();
    if (process == 0) {
      Saver application;
      application.session = Session::open(options(), application.state);
      while (true) {
        const std::uint64_t age = application.age() + 1;
        application.save(age);
        std::filesystem::resize_file(reached, age);
      }
    }
    if (round == 0) std::ofstream(reached).close();
    std::this_thread::sleep_for(std::chrono::milliseconds(100 + dice() % 200));
    ::kill(process, SIGKILL);
    ::waitpid(process, nullptr, 0);
    const std::uint64_t told = std::filesystem::file_size(reached);
    ASSERT_GE(told, least);
    least = told;
  }
  EXPECT_GT(least, 0U);
  EXPECT_GE(restored_age(), least);
  EXPECT_LE(restored_age(), least + 1);
}

}  // namespace
}  // namespace tidemark::session
