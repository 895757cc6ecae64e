#pragma once

#include <optional>
#include <vector>

#include "base/executor.h"
#include "container/writer.h"
#include "crypto/fingerprint.h"
#include "state/registry.h"

namespace tidemark::session {

/// What the next generation is to hold of the state; decided before anything is written. Unless it
/// is kept, what it was to hold counts as changed the next time too.
class Increment {
 public:
  /// What there is to go by.
  enum class Mode {
    untracked,  ///< everything is written, and nothing remembered
    whole,      ///< everything is written: there is no base
    changes,    ///< there is a base, which holds what was written last
  };

  /// Looks for changes, which reads all of the state once. All arguments must outlive it, unless it
  /// is abandoned.
  Increment(state::Registry& registry, const crypto::Fingerprinter& fingerprinter,
            Executor& executor, Mode mode);
  Increment(const Increment&) = delete;
  Increment& operator=(const Increment&) = delete;
  ~Increment();

  /// Whether anything is left to the base.
  [[nodiscard]] bool inherits() const;

  /// Whether everything is.
  [[nodiscard]] bool empty() const;

  /// How many bytes of memory it holds, objects left out.
  [[nodiscard]] std::uint64_t memory_size() const;

  /// Leaves nothing to the base.
  void make_whole();

  void save(container::GenerationWriter& writer) const;

  /// The generation is durable.
  void keep();

  /// Leaves the state alone from now on: it need not be there any more, and nobody may rely on what
  /// it knows of what was written.
  void abandon() noexcept { settled_ = true; }

 private:
  struct Part {
    std::size_t position = 0;  ///< among the entries, which move when others are added
    SectionType type{};
    bool unchanged = false;                             ///< an object that the base has
    std::optional<std::vector<container::Run>> runs{};  ///< of memory; nothing: all of it
  };

  [[nodiscard]] state::Entry& entry_of(const Part& part) const {
    return registry_.entries()[part.position];
  }
  void plan(std::size_t position, Executor& executor, Mode mode);
  void plan_memory(Part& part, Executor& executor, bool has_base);
  void plan_object(Part& part) const;
  void save_object(const Part& part, container::GenerationWriter& writer) const;

  void forget();

  /// Whether nobody wrote the state since: else what is known of it is theirs.
  [[nodiscard]] bool is_latest() const { return registry_.writer() == writer_; }

  state::Registry& registry_;
  const void* writer_;
  const crypto::Fingerprinter& fingerprinter_;
  bool tracks_;
  bool settled_ = false;
  std::vector<Part> parts_{};
};

}  // namespace tidemark::session
