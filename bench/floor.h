#pragma once

#include <filesystem>
#include <memory>

#include "base/executor.h"
#include "crypto/cipher.h"
#include "extent.h"
#include "lineages.h"
#include "machine.h"
#include "measure.h"
#include "report.h"

/// What no library can go below.
namespace bench {

/// How many threads a session encrypts with.
[[nodiscard]] unsigned threads_of_a_session();

/// Memory that was given back to a host costs more to get again than memory that was not: takes
/// `bytes` and lets them go, so that whoever comes next finds them.
void touch_memory(std::size_t bytes);

/// Of a small page that was never touched before.
[[nodiscard]] Seconds page_fault();

/// Large pages, populated, read from `path` and decrypted, by all threads that a session would use.
/// What is decrypted is not what was encrypted: it costs the same.
void populate_read_decrypt(const std::filesystem::path& path, std::size_t bytes);

/// Encrypts in records of 1 MiB, from where the numbers lie into memory that was used before.
class BareCipher {
 public:
  explicit BareCipher(std::size_t bytes, Path path = Path::fast,
                      unsigned threads = threads_of_a_session());

  void encrypt(const Numbers& numbers);

 private:
  tidemark::Buffer into_;
  std::unique_ptr<tidemark::crypto::Sealer> sealer_;
  tidemark::ThreadPool pool_;
};

[[nodiscard]] Need need_of_floors(const Extent& extent);

/// Memory, ciphers, disk, page faults. Works in `folder`.
void floors(const std::filesystem::path& folder, const Extent& extent, Report& report);

}  // namespace bench
