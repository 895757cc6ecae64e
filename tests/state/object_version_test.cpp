#include <gtest/gtest.h>

#include "tests/state/everything.h"
#include "tests/state/streams.h"

namespace tidemark::test {
namespace {

/// One class in two programs: the old one, and a newer one with one member more.
struct OldPerson {
  std::string name;
  template <class Archive>
  void serialize(Archive& archive, std::uint32_t /*version*/) {
    archive(name);
  }
};

struct NewPerson {
  std::string name;
  std::string town = "nowhere";
  template <class Archive>
  void serialize(Archive& archive, std::uint32_t version) {
    archive(name);
    if (version >= 1) archive(town);
  }
};

/// Classes that hold one of them, in all the ways in which cereal comes across a class.
template <class T>
struct Member {
  T person;
  std::int32_t number = 7;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(person, number);
  }
};

template <class T>
struct Named {
  T person;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("person", person));
  }
};

template <class T>
struct Derived : T {
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::base_class<T>(this));
  }
};

template <class T>
struct VirtuallyDerived : T {
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::virtual_base_class<T>(this));
  }
};

/// The same with functions for saving and loading.
struct OldSplit {
  std::int32_t number = 1;
  template <class Archive>
  void save(Archive& archive, std::uint32_t /*version*/) const {
    archive(number);
  }
  template <class Archive>
  void load(Archive& archive, std::uint32_t /*version*/) {
    archive(number);
  }
};

struct NewSplit : OldSplit {};

/// Not versioned for cereal, yet with a number.
struct Unversioned {
  std::int32_t number = 1;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number);
  }
};

struct NewUnversioned : Unversioned {};

}  // namespace
}  // namespace tidemark::test

CEREAL_CLASS_VERSION(tidemark::test::NewPerson, 1)
CEREAL_CLASS_VERSION(tidemark::test::NewSplit, 4)
CEREAL_CLASS_VERSION(tidemark::test::NewUnversioned, 2)

namespace tidemark::test {
namespace {

template <class T>
Saved saved_as(T object) {
  State state;
  state.object("person", object);
  return save(state, "person");
}

template <class T>
Error load_as(T& object, const Saved& saved) {
  State state;
  state.object("person", object);
  return error_of([&] { restore(state, saved, "person"); });
}

TEST(Version, IsRecorded) {
  EXPECT_EQ(saved_as(OldPerson{}).type, (SectionType{.kind = SectionKind::object}));
  EXPECT_EQ(saved_as(NewPerson{}).type.class_version, 1U);
  EXPECT_EQ(saved_as(NewUnversioned{}).type.class_version, 2U);
  EXPECT_EQ(saved_as(std::string{}).type.class_version, 0U);
}

TEST(Version, ANewMemberKeepsItsDefaultWhereTheFileIsOlder) {
  NewPerson person{"Grace", "somewhere"};
  EXPECT_EQ(load_as(person, saved_as(OldPerson{"Ada"})).code(), Code::ok);
  EXPECT_EQ(person.name, "Ada");
  EXPECT_EQ(person.town, "nowhere");
}

TEST(Version, ANewerFileIsRefused) {
  OldPerson person{"Grace"};
  const Error error = load_as(person, saved_as(NewPerson{"Ada", "London"}));
  EXPECT_EQ(error.code(), Code::unsupported);
  EXPECT_STREQ(error.what(),
               "section \"person\" was written by version 1 of its class, this program knows "
               "version 0");
  EXPECT_EQ(error.advice(), "restore it with the newer program");
  EXPECT_EQ(person.name, "Grace");
}

TEST(Version, ANewerFileIsRefusedAlsoWhereTheClassDoesNotSaveItsVersion) {
  Unversioned object;
  EXPECT_EQ(load_as(object, saved_as(NewUnversioned{})).code(), Code::unsupported);
}

template <template <class> class Holder>
void expect_refusal_of_newer_parts() {
  Holder<OldPerson> holder{};
  const Error error = load_as(holder, saved_as(Holder<NewPerson>{}));
  EXPECT_EQ(error.code(), Code::unsupported);
  EXPECT_EQ(error.advice(), "restore it with the newer program");
  Holder<NewPerson> newer{};
  EXPECT_EQ(load_as(newer, saved_as(Holder<OldPerson>{})).code(), Code::ok);
  EXPECT_EQ(load_as(newer, saved_as(Holder<NewPerson>{})).code(), Code::ok);
}

template <class T>
using InVector = std::vector<T>;
template <class T>
using InOptional = std::optional<T>;

TEST(Version, NewerPartsOfAnOlderClassAreRefused) {
  expect_refusal_of_newer_parts<Member>();
  expect_refusal_of_newer_parts<Named>();
  expect_refusal_of_newer_parts<Derived>();
  expect_refusal_of_newer_parts<VirtuallyDerived>();
}

TEST(Version, NewerElementsAreRefused) {
  std::vector<OldPerson> people;
  const Saved saved = saved_as(std::vector<NewPerson>(2));
  EXPECT_EQ(load_as(people, saved).advice(), "restore it with the newer program");
  EXPECT_TRUE(people.empty());
  std::map<int, std::unique_ptr<OldPerson>> map;
  std::map<int, std::unique_ptr<NewPerson>> newer;
  newer.emplace(1, std::make_unique<NewPerson>());
  State state;
  state.object("person", newer);
  EXPECT_EQ(load_as(map, save(state, "person")).advice(), "restore it with the newer program");
}

TEST(Version, HoldsForClassesWithFunctionsForSavingAndLoading) {
  OldSplit older;
  EXPECT_EQ(load_as(older, saved_as(NewSplit{})).code(), Code::unsupported);
  std::vector<OldSplit> olders;
  EXPECT_EQ(load_as(olders, saved_as(std::vector<NewSplit>(3))).advice(),
            "restore it with the newer program");
  NewSplit newer;
  EXPECT_EQ(load_as(newer, saved_as(OldSplit{})).code(), Code::ok);
}

}  // namespace
}  // namespace tidemark::test
