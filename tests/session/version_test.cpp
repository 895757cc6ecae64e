// An old program's data in a newer program, and the other way round.

#include <gtest/gtest.h>
#include <tidemark/cereal.h>

#include <cereal/types/string.hpp>
#include <cstdint>
#include <string>

#include "tests/session/world.h"

namespace old_program {

struct Person {
  std::string name;
  std::int64_t age = 0;
  template <class Archive>
  void serialize(Archive& archive, std::uint32_t /*version*/) {
    archive(name, age);
  }
};

}  // namespace old_program

namespace new_program {

struct Person {
  std::string name;
  std::int64_t age = 0;
  std::string town = "Aberdeen";
  template <class Archive>
  void serialize(Archive& archive, std::uint32_t version) {
    archive(name, age);
    if (version >= 1) archive(town);
  }
};

}  // namespace new_program

CEREAL_CLASS_VERSION(old_program::Person, 0)
CEREAL_CLASS_VERSION(new_program::Person, 1)

namespace tidemark::session {
namespace {

TEST(VersionTest, OneMoreFieldKeepsItsDefault) {
  World world;
  {
    old_program::Person person{"Ada", 35};
    State state;
    state.object("person", person);
    (void)create(world.environment(), world.options(), state.registry());
  }
  new_program::Person person;
  State state;
  state.object("person", person);
  const auto live = restore(world.environment(), world.options(), state.registry());
  EXPECT_EQ(person.name, "Ada");
  EXPECT_EQ(person.age, 35);
  EXPECT_EQ(person.town, "Aberdeen");
  person.town = "Bergen";
  (void)live->checkpoint(Save::last);
}

TEST(VersionTest, ANewerClassIsUnsupportedAndLeavesTheObjectAlone) {
  World world;
  {
    new_program::Person person{"Ada", 35, "Bergen"};
    State state;
    state.object("person", person);
    (void)create(world.environment(), world.options(), state.registry());
  }
  const auto before = world.files.contents(World::file);
  old_program::Person person{"Bob", 1};
  State state;
  state.object("person", person);
  EXPECT_EQ(code_of([&] { (void)restore(world.environment(), world.options(), state.registry()); }),
            Code::unsupported);
  EXPECT_EQ(person.name, "Bob");
  EXPECT_EQ(world.files.contents(World::file), before);
}

}  // namespace
}  // namespace tidemark::session
