#include <gtest/gtest.h>
#include <tidemark/error.h>

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>

#include "tests/container/workbench.h"

namespace tidemark::container {
namespace {

constexpr SectionType memory_type{SectionKind::memory, ElementKind::none, 0, 0};

constexpr crypto::Cipher all_ciphers[] = {crypto::Cipher::none, crypto::Cipher::aes_256_gcm,
                                          crypto::Cipher::chacha20_poly1305};

TEST(RoundTrip, OfEverySizeAroundARecord) {
  for (const auto cipher : all_ciphers) {
    Workbench bench(cipher);
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{4096}, record_size - 1, record_size,
          record_size + 1, 2 * record_size, 3 * record_size + 5}) {
      const Contents contents{section("s", random_bytes(size, size))};
      EXPECT_EQ(bench.read(bench.write(contents)), contents) << size;
    }
  }
}

TEST(RoundTrip, OfManySections) {
  for (const auto cipher : all_ciphers) {
    Workbench bench(cipher);
    Contents contents;
    for (std::size_t i = 0; i < 300; ++i) {
      contents.push_back(section("section " + std::to_string(i), random_bytes(i % 7 * 1000, i)));
    }
    contents.push_back(section(std::string(255, 'n'), random_bytes(record_size + 1, 1)));
    contents[5].type = {SectionKind::object, ElementKind::none, 0, 17};
    contents[6].type = {SectionKind::array, ElementKind::floating, 8, 0};
    EXPECT_EQ(bench.read(bench.write(contents)), contents);
  }
}

/// Several batches, some of it in pieces that are no whole records: the same bytes in the file,
/// however many threads there are.
TEST(RoundTrip, OfManyBatches) {
  const Contents contents{section("a", random_bytes(5 * record_size + 9, 1)),
                          section("b", random_bytes(100, 2)),
                          section("c", random_bytes(9 * record_size, 3))};
  std::vector<Buffer> files;
  for (const std::size_t threads : {1U, 2U, 5U}) {
    ThreadPool pool(threads);
    Workbench bench;
    bench.executor = &pool;
    EXPECT_EQ(bench.read(bench.write(contents)), contents);
    files.push_back(bench.file.content);
  }
  EXPECT_TRUE(files[0] == files[1]);
  EXPECT_TRUE(files[0] == files[2]);
}

TEST(RoundTrip, AfterASerializationThatFailed) {
  const Buffer bytes = random_bytes(6 * record_size, 1);
  ThreadPool pool(2);
  Workbench bench;
  bench.executor = &pool;
  {
    GenerationWriter writer({bench.head, bench.key, pool, bench.random}, {bench.file, bench.end},
                            bench.next());
    EXPECT_THROW(writer.add("s", memory_type,
                            [&](Sink& sink) {
                              sink.write(bytes);
                              throw std::runtime_error("the application's");
                            }),
                 std::runtime_error);
  }
  const Contents contents{section("s", bytes)};
  EXPECT_EQ(bench.read(bench.write(contents)), contents);
}

/// A vector that is reserved, and filled while it grows.
TEST(RoundTrip, IntoWhatGrows) {
  struct Element {
    std::array<std::byte, 24> bytes{std::byte{1}};  // records do not end where elements do
  };
  const Buffer bytes = random_bytes(std::size_t{24} * 300'000, 1);
  for (const std::size_t threads : {1U, 2U, 5U}) {
    ThreadPool pool(threads);
    Workbench bench;
    bench.executor = &pool;
    GenerationReader reader = bench.open(bench.write({section("s", bytes)}));
    std::vector<Element> elements;
    elements.reserve(300'000);
    const MutableBytes memory(reinterpret_cast<std::byte*>(elements.data()), bytes.size());
    std::size_t last = 0;
    reader.section(0)->read_growing(memory, [&](std::size_t end) {
      EXPECT_GT(end, last);
      last = end;
      elements.resize((end + 23) / 24);
    });
    EXPECT_EQ(last, bytes.size());
    ASSERT_EQ(elements.size(), 300'000U);
    EXPECT_TRUE(std::ranges::equal(memory, bytes));
  }
}

TEST(RoundTrip, IntoWhatCannotGrow) {
  ThreadPool pool(2);
  Workbench bench;
  bench.executor = &pool;
  GenerationReader reader =
      bench.open(bench.write({section("s", random_bytes(5 * record_size, 1))}));
  Buffer memory(5 * record_size);
  EXPECT_THROW(reader.section(0)->read_growing(memory, [](std::size_t) { throw std::bad_alloc(); }),
               std::bad_alloc);
}

TEST(RoundTrip, OfNoSections) {
  Workbench bench;
  EXPECT_TRUE(bench.read(bench.write({})).empty());
}

TEST(RoundTrip, OfPiecesOfAnySize) {
  const Buffer bytes = random_bytes(2 * record_size + 77, 1);
  for (const std::size_t piece : {std::size_t{1000}, std::size_t{65537}, record_size + 3}) {
    Workbench bench;
    GenerationWriter writer({bench.head, bench.key, *bench.executor, bench.random},
                            {bench.file, bench.end}, bench.next());
    writer.add("s", memory_type, [&](Sink& sink) {
      for (Bytes rest = bytes; !rest.empty();) {
        const Bytes part = rest.first(std::min(piece, rest.size()));
        sink.write(part);
        rest = rest.subspan(part.size());
      }
    });
    EXPECT_EQ(code_of([&] { (void)writer.finish(); }), Code::ok);
    const auto found = scan(bench.file).generations.at(0);
    GenerationReader reader = bench.open(found);
    const auto source = reader.section(0);
    Buffer again(bytes.size());
    for (MutableBytes rest = again; !rest.empty();) {
      const auto part = rest.first(std::min(piece, rest.size()));
      source->read(part);
      rest = rest.subspan(part.size());
    }
    EXPECT_EQ(again, bytes);
    EXPECT_EQ(source->remaining(), 0U);
  }
}

TEST(RoundTrip, ManyThreadsWriteWhatOneWrites) {
  ThreadPool pool(4);
  const Contents contents{section("a", random_bytes(7 * record_size + 9, 1)), section("b", {}),
                          section("c", random_bytes(5, 2)),
                          section("d", random_bytes(4 * record_size, 3))};
  Workbench one;
  Workbench four;
  four.executor = &pool;
  const auto found = one.write(contents);
  EXPECT_EQ(four.write(contents).root, found.root);
  EXPECT_EQ(four.file.content, one.file.content);
  EXPECT_EQ(four.read(found), contents);
  EXPECT_EQ(one.read(found), contents);
}

TEST(RoundTrip, ScanFindsWhatTheWriterSays) {
  Workbench bench;
  for (const std::size_t size : {std::size_t{10}, 3 * record_size}) {
    const auto found = bench.write({section("s", Buffer(size))});
    const auto scanned = scan(bench.file).generations.back();
    EXPECT_EQ(scanned.root, found.root);
    EXPECT_EQ(scanned.offset, found.offset);
    EXPECT_EQ(scanned.header.encode(), found.header.encode());
  }
}

TEST(RoundTrip, ASmallGenerationIsOneWrite) {
  Workbench bench;
  const auto before = bench.file.writes;
  bench.write({section("s", Buffer(10000)), section("t", Buffer(10))});
  EXPECT_EQ(bench.file.writes, before + 1);
}

TEST(RoundTrip, ALargeGenerationsHeaderComesLast) {
  /// Sees the header's place before each write.
  Workbench bench;
  const std::uint64_t offset = bench.end;
  GenerationWriter writer({bench.head, bench.key, *bench.executor, bench.random},
                          {bench.file, offset}, bench.next());
  writer.add("s", memory_type, [&](Sink& sink) {
    for (int i = 0; i < 5; ++i) sink.write(Buffer(record_size));
  });
  EXPECT_GT(bench.file.size(), offset);
  EXPECT_FALSE(read_generation(bench.file, offset));
  EXPECT_TRUE(all_zero(Bytes(bench.file.content).subspan(offset, 343)));
  EXPECT_EQ(code_of([&] { (void)writer.finish(); }), Code::ok);
  EXPECT_TRUE(read_generation(bench.file, offset));
}

TEST(RoundTrip, EachWritingDrawsAnotherSalt) {
  Workbench bench;
  const Contents contents{section("s", random_bytes(100, 1))};
  const Proposal proposal = bench.next();
  const auto first = bench.write(contents, proposal);
  const auto second = bench.write(contents, proposal);
  EXPECT_NE(first.header.salt, second.header.salt);
  EXPECT_NE(first.root, second.root);
}

TEST(RoundTrip, KeepsWhatTheProposalSays) {
  Workbench bench;
  Proposal proposal = bench.next();
  proposal.purpose = Purpose::take_over;
  proposal.copied = Root{bench.random.digest()};
  proposal.number = 77;
  proposal.value = 5;
  (void)bench.write({}, proposal);
  const auto header = scan(bench.file).generations.at(0).header;
  EXPECT_EQ(header.purpose, Purpose::take_over);
  EXPECT_EQ(header.copied, proposal.copied);
  EXPECT_EQ(header.proposal, 77U);
  EXPECT_EQ(header.value, 5U);
  EXPECT_EQ(header.parent, proposal.parent);
  EXPECT_EQ(header.counter_id, proposal.counter_id);
  EXPECT_EQ(header.session, proposal.session);
  EXPECT_EQ(header.key_slots, proposal.key_slots);
  EXPECT_EQ(header.head, scan(bench.file).head_digest);
}

TEST(RoundTrip, InheritsThroughBases) {
  Workbench bench;
  const Contents contents{section("a", random_bytes(record_size + 1, 1)), section("empty", {}),
                          section("b", random_bytes(10, 2))};
  const auto first = bench.write(contents);
  const auto second = bench.refer_to(first);
  const auto third = bench.refer_to(second);
  EXPECT_EQ(second.header.length, block_size);
  EXPECT_EQ(third.header.chain, 2U);
  EXPECT_EQ(bench.read(second), contents);
  EXPECT_EQ(bench.read(third), contents);
  EXPECT_EQ(bench.open(third).holder().root, first.root);
  EXPECT_EQ(bench.open(first).holder().root, first.root);
}

TEST(RoundTrip, MixesOwnAndInheritedSections) {
  Workbench bench;
  const auto first = bench.write(
      {section("a", random_bytes(3 * record_size, 1)), section("b", random_bytes(10, 2))});
  Proposal proposal = bench.next();
  proposal.base = first;
  GenerationReader below = bench.open(first);
  GenerationWriter writer({bench.head, bench.key, *bench.executor, bench.random},
                          {bench.file, bench.end}, proposal);
  writer.inherit(below.sections()[1]);
  writer.add("c", memory_type, [](Sink& sink) { sink.write(random_bytes(20, 3)); });
  writer.inherit(below.sections()[0]);
  const auto found = writer.finish();
  const Contents contents = bench.read(found);
  ASSERT_EQ(contents.size(), 3U);
  EXPECT_EQ(contents[0].bytes, random_bytes(10, 2));
  EXPECT_EQ(contents[1].bytes, random_bytes(20, 3));
  EXPECT_EQ(contents[2].bytes, random_bytes(3 * record_size, 1));
  EXPECT_EQ(bench.open(found).holder().root, found.root);
}

TEST(RoundTrip, TheLongestChainIsReadAndALongerOneIsNotWritten) {
  Workbench bench;
  auto found = bench.write({section("s", random_bytes(10, 1))});
  for (std::uint32_t i = 0; i < longest_chain; ++i) found = bench.refer_to(found);
  EXPECT_EQ(bench.read(found)[0].bytes, random_bytes(10, 1));
  EXPECT_THROW(bench.refer_to(found), std::logic_error);
}

TEST(RoundTrip, WhatCouldNotBeReadAgainIsNotWritten) {
  Workbench bench;
  Proposal proposal = bench.next();
  proposal.key_slots.assign(4, Buffer(1024));
  EXPECT_THROW(bench.write({}, proposal), std::logic_error);
  Workbench open(crypto::Cipher::none);
  open.head.cipher = crypto::Cipher::aes_256_gcm;
  EXPECT_THROW(open.write({}), std::logic_error);
}

TEST(RoundTrip, RefusesATypeThatNobodyCouldRead) {
  for (const SectionType type :
       {SectionType{}, SectionType{SectionKind{4}, ElementKind::none, 0, 0},
        SectionType{SectionKind::array, ElementKind{6}, 8, 0}}) {
    Workbench bench;
    EXPECT_EQ(code_of([&] { bench.write({{"s", type, {}}}); }), Code::usage);
  }
}

TEST(RoundTrip, RefusesTooManySections) {
  Workbench bench;
  GenerationWriter writer({bench.head, bench.key, *bench.executor, bench.random},
                          {bench.file, bench.end}, bench.next());
  for (std::size_t i = 0; i <= most_sections; ++i) writer.inherit({std::to_string(i), {}, 0, {}});
  EXPECT_EQ(code_of([&] { (void)writer.finish(); }), Code::failed);
}

TEST(RoundTrip, AuthenticatesToTheLastByte) {
  Workbench bench;
  const auto found = bench.write({section("a", random_bytes(2 * record_size + 1, 1)),
                                  section("e", {}), section("b", random_bytes(10, 2))});
  bench.open(found).authenticate();
  bench.file.content[found.offset + found.header.index_offset - 1] ^= std::byte{1};
  GenerationReader reader = bench.open(found);
  EXPECT_EQ(code_of([&] { reader.authenticate(); }), Code::damaged);
}

TEST(RoundTrip, ReportsProgress) {
  Workbench bench;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  const ProgressCallback progress = [&](const Progress& now) {
    EXPECT_GE(now.bytes_done, done);
    done = now.bytes_done;
    total = now.bytes_total;
  };
  GenerationWriter writer({bench.head, bench.key, *bench.executor, bench.random, progress},
                          {bench.file, bench.end}, bench.next());
  writer.add("s", memory_type, [](Sink& sink) { sink.write(Buffer(4 * record_size + 1)); });
  const auto found = writer.finish();
  EXPECT_GE(done, 4 * record_size);
  done = 0;
  GenerationReader reader(bench.file, bench.head, found, bench.key, *bench.executor, progress);
  const auto source = reader.section(0);
  Buffer piece(1);
  source->read(piece);
  EXPECT_EQ(done, record_size);
  piece.resize(static_cast<std::size_t>(source->remaining()));
  source->read(piece);
  EXPECT_EQ(done, 4 * record_size + 1);
  EXPECT_EQ(total, done);
}

}  // namespace
}  // namespace tidemark::container
