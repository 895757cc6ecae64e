#pragma once

#include "base/executor.h"
#include "base/random.h"
#include "io/file_system.h"

namespace tidemark::session {

/// The outside world, passed in so that tests can take its place. Outlives the session.
struct Environment {
  io::FileSystem& files;
  Random& random;
  Executor& executor;

  /// A file that grew beyond this many bytes is not appended to: the next generation goes to a new
  /// one, which holds nothing else.
  std::uint64_t compaction_limit = std::uint64_t{1} << 20;

  /// Whether there is another thread for what is left of a checkpoint once it is captured. Else the
  /// calling one does that too, in the same order every time.
  bool background = false;
};

}  // namespace tidemark::session
