#pragma once

#include <functional>
#include <memory>

#include "container/writer.h"
#include "session/environment.h"
#include "session/keyring.h"

namespace tidemark::session {

/// A file that the session writes to.
struct LiveFile {
  std::filesystem::path path{};
  std::unique_ptr<io::File> file{};
  container::FileHead head{};
  std::uint64_t end = 0;      ///< where the next item goes
  std::uint64_t carried = 0;  ///< how many bytes of older generations it began with
  bool spent = false;         ///< a sync failed: nothing more may be written here
};

using SharedFile = std::shared_ptr<LiveFile>;

/// Opens a file for the next item, behind its last whole one. With the lock held, whoever left a
/// torn end is dead, and it is cut off.
[[nodiscard]] SharedFile reopen(io::FileSystem& files, const std::filesystem::path& path,
                                const container::FileHead& head, std::uint64_t end);

/// Makes the file `path`, with its head, and the folder that it lies in. Nothing of it is durable
/// yet, but the folder.
[[nodiscard]] SharedFile make_file(const Environment& environment,
                                   const std::filesystem::path& path,
                                   const container::FileHead& head);

/// Makes durable what was written to it, and its name.
void sync_with_name(io::FileSystem& files, const LiveFile& file);

/// Removes what is no longer of use to anybody. A failure changes nothing that matters.
void discard_file(io::FileSystem& files, const std::filesystem::path& path);

/// Cuts off what was written behind the last whole item. A failure changes nothing that matters.
void discard_tail(LiveFile& file);

/// What a session writes its generations with.
struct Pen {
  const Environment& environment;
  const container::LineageKey& key;
  const ProgressCallback& progress;
  std::vector<Buffer>* spare = nullptr;  ///< as in container::Sealing

  [[nodiscard]] container::Sealing sealing(const container::FileHead& head) const {
    return {head, key, environment.executor, environment.random, progress, spare};
  }
};

/// Writes one generation at the end of `target`, its sections by `fill`. Syncs nothing.
[[nodiscard]] container::FoundGeneration compose_generation(
    const Pen& pen, const LiveFile& target, container::Proposal proposal,
    const std::function<void(container::GenerationWriter&)>& fill);

/// Writes one generation at the end of `target`, its sections by `fill`, and syncs it; `target`
/// ends behind it then. The caller makes a new name durable. On failure the file ends where it did,
/// and is spent if it was the sync that failed.
[[nodiscard]] container::FoundGeneration write_generation(
    const Pen& pen, LiveFile& target, container::Proposal proposal,
    const std::function<void(container::GenerationWriter&)>& fill);

/// The same for one that `write` writes all of.
[[nodiscard]] container::FoundGeneration write_durably(
    LiveFile& target, const std::function<container::FoundGeneration()>& write);

}  // namespace tidemark::session
