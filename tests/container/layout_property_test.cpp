#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "tests/container/workbench.h"

namespace tidemark::container {
namespace {

/// Sizes that matter: small ones, and those around whole records.
rc::Gen<std::size_t> any_size() {
  return rc::gen::weightedOneOf<std::size_t>(
      {{6, rc::gen::inRange<std::size_t>(0, 5000)},
       {1, rc::gen::map(rc::gen::inRange(-2, 3), [](int off) {
          return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(record_size) + off);
        })}});
}

rc::Gen<Contents> any_contents() {
  return rc::gen::map(rc::gen::container<std::vector<std::size_t>>(any_size()),
                      [](const std::vector<std::size_t>& sizes) {
                        Contents contents;
                        for (const std::size_t size : sizes) {
                          const std::string name = "s" + std::to_string(contents.size());
                          contents.push_back(section(name, random_bytes(size, size)));
                        }
                        return contents;
                      });
}

rc::Gen<crypto::Cipher> any_cipher() {
  return rc::gen::element(crypto::Cipher::none, crypto::Cipher::aes_256_gcm,
                          crypto::Cipher::chacha20_poly1305);
}

RC_GTEST_PROP(Layout, ComesBackAsItWas, ()) {
  const auto all = *rc::gen::resize(6, rc::gen::container<std::vector<Contents>>(any_contents()));
  ThreadPool pool(2);
  Workbench bench(*any_cipher());
  if (*rc::gen::arbitrary<bool>()) bench.executor = &pool;
  for (const Contents& contents : all) bench.write(contents);
  const FileScan scanned = scan(bench.file);
  RC_ASSERT(scanned.generations.size() == all.size());
  RC_ASSERT(scanned.end == bench.end);
  for (std::size_t i = 0; i < all.size(); ++i) {
    RC_ASSERT(bench.read(scanned.generations[i]) == all[i]);
  }
}

RC_GTEST_PROP(Layout, InheritedSectionsAreTheBases, ()) {
  const Contents contents = *rc::gen::resize(8, any_contents());
  const int links = *rc::gen::inRange(1, 6);
  Workbench bench(*any_cipher());
  const auto first = bench.write(contents);
  auto found = first;
  for (int i = 0; i < links; ++i) found = bench.refer_to(found);
  RC_ASSERT(bench.read(found) == contents);
}

/// With randomness that never changes, which no real one does, only the contents tell roots apart.
class FixedRandom final : public Random {
 public:
  void fill(MutableBytes into) override { std::ranges::fill(into, std::byte{9}); }
};

Root root_under_fixed_randomness(crypto::Cipher cipher, const Contents& contents) {
  Workbench bench(cipher);
  FixedRandom random;
  GenerationWriter writer({bench.head, bench.key, *bench.executor, random}, {bench.file, bench.end},
                          bench.next());
  for (const Content& content : contents) {
    writer.add(content.name, content.type, [&](Sink& sink) { sink.write(content.bytes); });
  }
  return writer.finish().root;
}

/// Runs in order, between 0 and `size`, that do not overlap.
rc::Gen<std::vector<Run>> any_runs(std::size_t size) {
  const auto borders =
      rc::gen::container<std::set<std::size_t>>(rc::gen::inRange<std::size_t>(0, size + 1));
  return rc::gen::map(borders, [](const std::set<std::size_t>& found) {
    std::vector<Run> runs;
    for (auto border = found.begin(); border != found.end(); ++border) {
      const std::size_t begin = *border;
      if (++border == found.end()) break;
      runs.push_back({begin, *border - begin});
    }
    return runs;
  });
}

RC_GTEST_PROP(Layout, PiecesAreLaidOverTheBases, ()) {
  ThreadPool pool(2);
  Workbench bench(*any_cipher());
  if (*rc::gen::arbitrary<bool>()) bench.executor = &pool;
  Content content =
      section("s", random_bytes(*any_size() * *rc::gen::inRange<std::size_t>(1, 4), 1));
  std::vector<std::pair<FoundGeneration, Content>> all{{bench.write({content}), content}};
  const int links = *rc::gen::inRange(1, 6);
  for (int i = 0; i < links; ++i) {
    const std::size_t before = content.bytes.size();
    auto runs = *any_runs(before);
    if (const auto grown = *rc::gen::inRange<std::size_t>(0, 9000); grown > 0) {
      content.bytes.resize(before + grown);
      runs.push_back({before, grown});
    }
    for (const Run& run : runs) {
      std::ranges::copy(random_bytes(static_cast<std::size_t>(run.length), run.offset + 1),
                        content.bytes.begin() + static_cast<std::ptrdiff_t>(run.offset));
    }
    all.emplace_back(bench.write_changes(all.back().first, content, runs), content);
  }
  for (const auto& [found, expected] : all) RC_ASSERT(bench.read(found) == Contents{expected});
}

RC_GTEST_PROP(Root, DiffersWhereContentsDo, ()) {
  const auto cipher = *any_cipher();
  const Contents one = *rc::gen::resize(4, any_contents());
  Contents other = one;
  if (other.empty() || *rc::gen::arbitrary<bool>()) {
    other.push_back(section("more", {}));
  } else {
    Content& changed = other[*rc::gen::inRange<std::size_t>(0, other.size())];
    if (changed.bytes.empty() || *rc::gen::arbitrary<bool>()) {
      changed.bytes.push_back(std::byte{0});
    } else {
      changed.bytes[*rc::gen::inRange<std::size_t>(0, changed.bytes.size())] ^= std::byte{1};
    }
  }
  RC_ASSERT(root_under_fixed_randomness(cipher, one) == root_under_fixed_randomness(cipher, one));
  RC_ASSERT(root_under_fixed_randomness(cipher, one) != root_under_fixed_randomness(cipher, other));
}

TEST(Root, DiffersByWhereASectionEnds) {
  const Contents one{section("a", random_bytes(10, 1)), section("b", {})};
  Contents other = one;
  std::swap(other[0].bytes, other[1].bytes);
  EXPECT_NE(root_under_fixed_randomness(crypto::Cipher::none, one),
            root_under_fixed_randomness(crypto::Cipher::none, other));
}

TEST(Root, IsNeverDrawnTwice) {
  Workbench bench;
  std::set<Root> roots;
  for (int i = 0; i < 200; ++i) roots.insert(bench.write({}).root);
  EXPECT_EQ(roots.size(), 200U);
}

}  // namespace
}  // namespace tidemark::container
