#include "counter/file.h"

#include <tidemark/error.h>

#include <utility>

#include "counter/name.h"
#include "crypto/hash.h"

namespace tidemark::counter {
namespace {

/// Whatever goes wrong with the files, it is this counter that cannot be used.
template <class Work>
auto or_unavailable(const Counter& counter, Work work) {
  try {
    return work();
  } catch (const Error& error) {
    throw Error(Code::counter_unavailable, "counter " + counter.uri() + ": " + error.what(),
                error.advice());
  }
}

}  // namespace

FileCounter::FileCounter(io::FileSystem& files, Clock& clock, Random& random,
                         std::filesystem::path folder)
    : surroundings_{files, clock, random}, folder_(std::move(folder)) {}

std::optional<CounterReading> FileCounter::read(std::string_view name) {
  check_name(name);
  return or_unavailable(*this, [&] { return file_of(name).read(); });
}

std::optional<Conflict> FileCounter::advance(std::string_view name, const std::optional<Mark>& from,
                                             const Mark& to) {
  check_name(name);
  return or_unavailable(*this, [&] { return file_of(name).advance(from, to); });
}

std::string FileCounter::uri() const { return "file:" + folder_.string(); }

LineageFile& FileCounter::file_of(std::string_view name) {
  const Digest id = crypto::sha256({bytes_of(name)});
  const std::scoped_lock lock(mutex_);
  return lineages_.try_emplace(id, surroundings_, folder_, id).first->second;
}

}  // namespace tidemark::counter
