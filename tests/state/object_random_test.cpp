#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/state/everything.h"
#include "tests/state/streams.h"

namespace tidemark::test {
namespace {

using Json = std::map<std::string, std::vector<std::pair<std::string, std::vector<std::int64_t>>>>;

template <class T>
T round_trip(T object) {
  T loaded{};
  State saving;
  saving.object("it", object);
  State loading;
  loading.object("it", loaded);
  restore(loading, save(saving));
  return loaded;
}

RC_GTEST_PROP(RandomObject, RoundTripsNestedContainers, ()) {
  const auto json = *rc::gen::resize(30, rc::gen::arbitrary<Json>());
  RC_ASSERT(round_trip(json) == json);
}

RC_GTEST_PROP(RandomObject, RoundTripsVariantsAndOptionals,
              (const std::vector<std::pair<std::string, double>>& seeds)) {
  std::list<std::optional<std::variant<double, std::string, std::vector<bool>>>> list;
  for (const auto& [text, number] : seeds) {
    switch (text.size() % 4) {
      case 0:
        list.emplace_back(std::nullopt);
        break;
      case 1:
        list.emplace_back(number);
        break;
      case 2:
        list.emplace_back(text);
        break;
      default:
        list.emplace_back(std::vector<bool>{number > 0, text.size() > 9});
        break;
    }
  }
  RC_ASSERT(round_trip(list) == list);
}

RC_GTEST_PROP(RandomObject, RoundTripsTextsAcrossTheBuffersEnd, ()) {
  const auto sizes =
      *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 131072));
  std::vector<std::string> texts;
  texts.reserve(sizes.size());
  for (const std::size_t size : sizes) texts.emplace_back(size, static_cast<char>(size));
  RC_ASSERT(round_trip(texts) == texts);
}

RC_GTEST_PROP(RandomObject, GarbageIsRefusedOrRead, (const std::vector<std::uint8_t>& garbage)) {
  Bytes bytes{std::byte{1}};
  for (const std::uint8_t byte : garbage) bytes.push_back(std::byte{byte});
  Json object;
  State state;
  state.object("it", object);
  const Code code = error_of([&] { restore(state, {section(state).type(), bytes}); }).code();
  RC_ASSERT(code == Code::ok || code == Code::unsupported);
}

RC_GTEST_PROP(RandomArray, RoundTrips, (std::vector<std::int64_t> array)) {
  const auto before = array;
  State state;
  state.array("it", array);
  const Saved saved = save(state);
  array.clear();
  restore(state, saved);
  RC_ASSERT(array == before);
}

}  // namespace
}  // namespace tidemark::test
