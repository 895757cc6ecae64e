#include <gtest/gtest.h>

#include "io/simulated.h"
#include "key/slot.h"
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

}  // namespace
}  // namespace tidemark::key
