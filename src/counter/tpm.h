#pragma once

#include <sys/types.h>
#include <tidemark/counter.h>

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "counter/tpm_bounded.h"
#include "counter/tpm_index.h"
#include "counter/tpm_uri.h"

namespace tidemark::counter {

/// A TPM, of which every lineage has an index of its own. It can be asked only about a lineage
/// whose secret is known: see UnlockedTpmCounter.
class TpmCounter final : public Counter {
 public:
  explicit TpmCounter(TpmAddress address) : address_(std::move(address)) {}

  [[nodiscard]] std::optional<CounterReading> read(std::string_view name) override;
  [[nodiscard]] std::optional<Conflict> advance(std::string_view name,
                                                const std::optional<Mark>& from,
                                                const Mark& to) override;
  [[nodiscard]] std::string uri() const override { return address_.shown(); }
  [[nodiscard]] bool needs_secret() const noexcept override { return true; }

  /// The name of the chip's endorsement key.
  [[nodiscard]] Digest identity() override;
  [[nodiscard]] std::shared_ptr<Counter> unlock(std::string_view name,
                                                std::span<const std::byte, 32> secret,
                                                const Digest& identity) override;

 private:
  TpmAddress address_;
  Bounded bounded_;
};

/// Keeps a lineage's mark in an index of the TPM that only its secret moves. The index holds a
/// digest alone, so a mark is {value, what the index holds}, but for the birth, which is the policy
/// that the index was defined with. `next` must have made what `advance` is to move to, in this
/// very object, since the index wants to know what its content is made of.
class UnlockedTpmCounter final : public Counter {
 public:
  UnlockedTpmCounter(TpmAddress address, std::string name, Bytes secret, const Digest& identity);

  /// The value is 0 for a mark that neither is the birth nor was made by this object.
  [[nodiscard]] std::optional<CounterReading> read(std::string_view name) override;
  [[nodiscard]] std::optional<Conflict> advance(std::string_view name,
                                                const std::optional<Mark>& from,
                                                const Mark& to) override;
  [[nodiscard]] Mark next(const Mark& from, const Root& root) const override;
  [[nodiscard]] std::string uri() const override { return address_.shown(); }

 private:
  /// What `next` made.
  struct Made {
    Mark from{};
    Mark mark{};
    Digest by{};
  };

  template <class Ask>
  auto ask(std::string_view name, Ask ask);

  [[nodiscard]] std::shared_ptr<TpmIndex> index();
  [[nodiscard]] std::optional<Made> made(const Digest& digest) const;
  [[nodiscard]] Digest content_of(const Mark& mark) const;
  [[nodiscard]] std::optional<CounterReading> reading(
      const std::optional<TpmIndex::Held>& held) const;

  TpmAddress address_;
  std::string name_;
  Digest name_digest_;
  crypto::Secret32 secret_;
  Digest identity_;
  TpmExtensions extensions_;
  Bounded bounded_;

  mutable std::mutex mutex_;  ///< guards what follows
  pid_t process_;
  std::shared_ptr<TpmIndex> index_;
  mutable std::deque<Made> made_;  ///< the latest, newest first
};

}  // namespace tidemark::counter
