#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "tests/counter/software_tpm.h"

namespace tidemark::counter {

/// Stands between a software TPM and any number of clients, as a resource manager does: puts their
/// sessions aside while others use the chip's few places, and cleans up after clients that were
/// killed. It can also be the host that sits on the wire.
class TpmManager {
 public:
  /// The commands that tests care about.
  enum Command : std::uint32_t {
    nv_define = 0x12a,
    nv_extend = 0x136,
    nv_read = 0x14e,
    nv_read_public = 0x169,
    get_random = 0x17b,
  };

  enum class Answer {
    lost,     ///< carried out, but the client is hung up on
    forged,   ///< not carried out; a success without a valid HMAC
    refused,  ///< not carried out; an error
    denied,   ///< carried out; an error all the same
    altered,  ///< carried out; the answer's bit that says whether it was exclusive is another
    late,     ///< kept, and an error; sent to the chip before the client's next command
  };

  explicit TpmManager(SoftwareTpm& chip);
  ~TpmManager();
  TpmManager(const TpmManager&) = delete;
  TpmManager& operator=(const TpmManager&) = delete;

  /// What becomes of the next `count` such commands, from the `first` on. `error` is the chip's
  /// code for one: by default that another command came in between.
  void meddle(Command command, Answer answer, int count = 1, std::uint32_t error = 0x121,
              int first = 1);
  [[nodiscard]] int meddlings_left() const { return left_; }

  /// Before each of the next `count` such commands somebody else uses the chip.
  void interfere(Command command, int count);

  /// How many such commands the chip was given.
  [[nodiscard]] int count(Command command) const;

  /// Any command of somebody else's: what the chip answers, empty if it does not.
  Buffer ask(Bytes command);

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string uri(const std::string& more = "") const { return tpm_uri(port_, more); }

 private:
  void serve();
  void converse(int client);
  [[nodiscard]] Buffer handle(const Buffer& command);
  [[nodiscard]] Buffer meddled(const Buffer& command);
  [[nodiscard]] Buffer manage(const Buffer& command);
  [[nodiscard]] Buffer send(Bytes command);
  void make_room();
  void put_in_place(std::uint32_t session);
  void forget_oldest();

  SoftwareTpm& chip_;
  std::uint16_t port_ = 0;
  int commands_ = -1;
  int control_ = -1;
  int chip_socket_ = -1;
  mutable std::mutex mutex_;                  ///< guards the chip and what follows
  std::map<std::uint32_t, Buffer> sessions_;  ///< that were put aside, as they were
  std::deque<std::uint32_t> order_;           ///< of all sessions, the one used last at its end
  std::deque<std::uint32_t> keys_;
  std::map<std::uint32_t, int> counts_;
  Buffer kept_;
  Command meddled_{};
  Answer answer_{};
  std::uint32_t error_ = 0;
  int passed_ = 0;  ///< how many are let alone before
  Command interfered_{};
  int interferences_ = 0;
  std::atomic<int> left_ = 0;
  std::atomic<bool> ended_ = false;
  std::jthread thread_;
};

}  // namespace tidemark::counter
