#include "session/live_file.h"

#include <tidemark/error.h>

namespace tidemark::session {

SharedFile reopen(io::FileSystem& files, const std::filesystem::path& path,
                  const container::FileHead& head, std::uint64_t end) {
  auto file = files.open(path, io::Access::read_write);
  if (file->size() > end) file->resize(end);
  return std::make_shared<LiveFile>(LiveFile{path, std::move(file), head, end});
}

SharedFile make_file(const Environment& environment, const std::filesystem::path& path,
                     const container::FileHead& head) {
  if (environment.files.type(path.parent_path()) == io::FileType::absent) {
    environment.files.make_folders(path.parent_path());
  }
  auto file = environment.files.create(path);
  try {
    const std::uint64_t end = container::write_head(*file, head);
    return std::make_shared<LiveFile>(LiveFile{path, std::move(file), head, end});
  } catch (...) {
    discard_file(environment.files, path);
    throw;
  }
}

void sync_with_name(io::FileSystem& files, const LiveFile& file) {
  file.file->sync();
  files.sync_folder(file.path.parent_path());
}

void discard_file(io::FileSystem& files, const std::filesystem::path& path) {
  try {
    files.remove(path);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): it is found again by the next scan
  }
}

void discard_tail(LiveFile& file) {
  try {
    file.file->resize(file.end);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a scan passes over it
  }
}

container::FoundGeneration compose_generation(
    const Pen& pen, const LiveFile& target, container::Proposal proposal,
    const std::function<void(container::GenerationWriter&)>& fill) {
  container::GenerationWriter writer(pen.sealing(target.head), {*target.file, target.end},
                                     std::move(proposal));
  fill(writer);
  return writer.finish();
}

container::FoundGeneration write_generation(
    const Pen& pen, LiveFile& target, container::Proposal proposal,
    const std::function<void(container::GenerationWriter&)>& fill) {
  return write_durably(target,
                       [&] { return compose_generation(pen, target, std::move(proposal), fill); });
}

container::FoundGeneration write_durably(LiveFile& target,
                                         const std::function<container::FoundGeneration()>& write) {
  bool written = false;
  try {
    auto generation = write();
    written = true;
    target.file->sync();
    target.end += generation.header.length;
    return generation;
  } catch (...) {
    // After a failed sync the kernel has forgotten what it could not write: those bytes are void,
    // and what is written next goes elsewhere.
    target.spent |= written;
    discard_tail(target);
    throw;
  }
}

}  // namespace tidemark::session
