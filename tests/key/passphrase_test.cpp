#include <gtest/gtest.h>

#include "io/simulated.h"
#include "key/passphrase_slot.h"
#include "tests/key/support.h"

namespace tidemark::key {
namespace {

const std::string variable = "TIDEMARK_TEST_PASSPHRASE";
const std::string passphrase = "gr\xc3\xbc\xc3\x9f dich, Zebra 47!";

class PassphraseFromTheEnvironment : public testing::Test {
 protected:
  [[nodiscard]] Error refusal(const char* value) {
    const ScopedVariable set(variable, value);
    return error_of([&] { return load(key, files, Missing::make); });
  }

  io::SimulatedFileSystem files;
  const Key key = open_key("passphrase:env=" + variable);
};

TEST_F(PassphraseFromTheEnvironment, IsTakenByteByByte) {
  const Buffer slot = slot_of(*passphrase_unlocker(secret(passphrase), smallest_cost));
  const ScopedVariable set(variable, passphrase.c_str());
  EXPECT_TRUE(opens(*load(key, files), slot));
  EXPECT_TRUE(opens(*load(key, files, Missing::make, "other"), slot));
  EXPECT_EQ(files.calls(), 0U);
  const ScopedVariable other(variable, (passphrase + " ").c_str());
  EXPECT_FALSE(opens(*load(key, files), slot)) << "read when loaded, and no space is lost";
}

TEST_F(PassphraseFromTheEnvironment, MustBeSetAndNotEmpty) {
  const Error unset = refusal(nullptr);
  EXPECT_EQ(unset.code(), Code::wrong_key);
  EXPECT_NE(words(unset).find(variable + " is not set"), std::string::npos);
  const Error empty = refusal("");
  EXPECT_EQ(empty.code(), Code::wrong_key);
  EXPECT_NE(words(empty).find(variable + " is empty"), std::string::npos);
}

TEST_F(PassphraseFromTheEnvironment, IsWhatCouldBeTypedAndIsNeverShown) {
  for (const std::string& value :
       {std::string("zebra47\n"), std::string("zebra47\r"), std::string("zebra\t47"),
        std::string("\x03zebra47"), std::string("zebra47\x7f")}) {
    const Error error = refusal(value.c_str());
    EXPECT_EQ(error.code(), Code::wrong_key);
    EXPECT_NE(words(error).find("control character"), std::string::npos);
    EXPECT_EQ(words(error).find("zebra"), std::string::npos) << words(error);
  }
  const Error error = refusal(std::string(1025, 'z').c_str());
  EXPECT_EQ(error.code(), Code::wrong_key);
  EXPECT_NE(words(error).find("1024"), std::string::npos);
  EXPECT_EQ(words(error).find("zzz"), std::string::npos) << words(error);
  const ScopedVariable longest(variable, std::string(1024, 'z').c_str());
  EXPECT_TRUE(load(key, files));
}

}  // namespace
}  // namespace tidemark::key
