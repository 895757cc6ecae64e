#include <gtest/gtest.h>

#include <fstream>

#include "crypto/hash.h"
#include "io/posix.h"
#include "io/simulated.h"
#include "key/passphrase_slot.h"
#include "key/slot.h"
#include "key/sources.h"
#include "tests/crypto/freed_memory.h"
#include "tests/crypto/hex.h"
#include "tests/key/support.h"

namespace tidemark::key {
namespace {

constexpr const char* digits = "8c1f5ae2037d94b6c85e2f19a07bd3461e8fc259b37a04d6f12c6b8e5097dab3";

TEST(FreedMemory, HoldsNoKeyFromTheEnvironment) {
  const Buffer sought = hex(digits);
  const Key key = open_key("env:TIDEMARK_TEST_KEY");
  io::SimulatedFileSystem files;
  const ScopedVariable set("TIDEMARK_TEST_KEY", digits);
  const FreedMemory freed(sought);
  (void)slot_of(*load(key, files));
  EXPECT_GT(freed.searched(), 0);
  EXPECT_EQ(freed.found(), 0);
}

TEST(FreedMemory, HoldsNothingOfAKeyWithASlipInIt) {
  const Buffer sought = hex(digits);
  const Key key = open_key("env:TIDEMARK_TEST_KEY");
  io::SimulatedFileSystem files;
  std::string slip(digits);
  slip.back() = 'g';
  const ScopedVariable set("TIDEMARK_TEST_KEY", slip.c_str());
  const FreedMemory freed(sought);
  EXPECT_EQ(error_of([&] { return load(key, files); }).code(), Code::wrong_key);
  EXPECT_EQ(freed.found(), 0);
}

TEST(FreedMemory, HoldsNoKeyOfALineage) {
  SystemRandom random;
  crypto::Secret32 lineage_key;
  random.fill(lineage_key.mutable_bytes());
  const auto unlocker = raw_unlocker(crypto::Secret32());
  const FreedMemory freed(lineage_key.bytes());
  const Buffer slot = unlocker->seal_slot(lineage_key, bytes_of("context"), random);
  EXPECT_TRUE(unlocker->open_slot(slot, bytes_of("context")));
  EXPECT_FALSE(unlocker->open_slot(slot, bytes_of("another")));
  EXPECT_GT(freed.searched(), 0);
  EXPECT_EQ(freed.found(), 0);
}

constexpr const char* passphrase = "8c1f5ae2037d94b6 is what was chosen";

TEST(FreedMemory, HoldsNoPassphrase) {
  const Key key = open_key("passphrase:env=TIDEMARK_TEST_KEY");
  io::SimulatedFileSystem files;
  const Buffer slot = slot_of(*passphrase_unlocker(secret(passphrase), smallest_cost));
  const ScopedVariable set("TIDEMARK_TEST_KEY", passphrase);
  const FreedMemory freed(bytes_of(std::string_view(passphrase)));
  EXPECT_TRUE(opens(*load(key, files), slot));
  EXPECT_GT(freed.searched(), 0);
  EXPECT_EQ(freed.found(), 0);
}

TEST(FreedMemory, HoldsNoPassphraseThatWasRefused) {
  const Key key = open_key("passphrase:env=TIDEMARK_TEST_KEY");
  io::SimulatedFileSystem files;
  const ScopedVariable set("TIDEMARK_TEST_KEY", (std::string(passphrase) + '\n').c_str());
  const FreedMemory freed(bytes_of(std::string_view(passphrase)));
  EXPECT_EQ(error_of([&] { return load(key, files); }).code(), Code::wrong_key);
  EXPECT_EQ(freed.found(), 0);
}

// Neither what scrypt makes of the passphrase, which is kept for other slots, nor what wraps the
// lineage's key, nor that.
TEST(FreedMemory, HoldsNothingDerivedFromAPassphrase) {
  SystemRandom random;
  crypto::Secret32 lineage_key;
  random.fill(lineage_key.mutable_bytes());
  const Buffer slot = passphrase_unlocker(secret(passphrase), smallest_cost)
                          ->seal_slot(lineage_key, bytes_of("context"), random);
  const Bytes salt = Bytes(slot).subspan(13, 32);
  const auto derived = crypto::scrypt(bytes_of(std::string_view(passphrase)), salt, smallest_cost);
  const auto wrapping =
      crypto::hkdf_sha256(derived.bytes(), salt, bytes_of("tidemark/1 passphrase slot"));
  for (const Bytes sought : {derived.bytes(), wrapping.bytes(), lineage_key.bytes()}) {
    const FreedMemory freed(sought);
    {
      const auto unlocker = passphrase_unlocker(secret(passphrase), smallest_cost);
      EXPECT_TRUE(unlocker->open_slot(slot, bytes_of("context")));
      for (int i = 0; i < 3; ++i) {  // so that what is kept moves in memory
        EXPECT_TRUE(opens(*unlocker, slot_of(*unlocker)));
      }
    }
    EXPECT_GT(freed.searched(), 0);
    EXPECT_EQ(freed.found(), 0);
  }
}

TEST(FreedMemory, HoldsNoKeyOfGramineOrSystemd) {
  const ScopedFolder folder;
  const Buffer sought = hex(digits);
  std::ofstream(folder.path() / "long", std::ios::binary) << text_of(sought);
  std::ofstream(folder.path() / "short", std::ios::binary) << text_of(Bytes(sought).first(16));
  const ScopedVariable set("CREDENTIALS_DIRECTORY", folder.path().c_str());
  io::PosixFileSystem files;
  const FreedMemory freed(sought);
  (void)slot_of(*load(open_key("systemd:long"), files));
  (void)slot_of(*load(Key(gramine("short", folder.path())), files));
  EXPECT_EQ(error_of([&] { return load(open_key("systemd:short"), files); }).code(),
            Code::wrong_key);
  EXPECT_EQ(error_of([&] { return load(Key(gramine("long", folder.path())), files); }).code(),
            Code::wrong_key);
  EXPECT_GT(freed.searched(), 0);
  EXPECT_EQ(freed.found(), 0);
}

}  // namespace
}  // namespace tidemark::key
