#include "tests/crypto/freed_memory.h"

#include <malloc.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <stdexcept>

namespace tidemark {
namespace {

constexpr std::size_t compared = 16;

std::array<std::byte, compared> wanted;
std::atomic<bool> watching{false};
std::atomic<int> found_count{0};
std::atomic<int> searched_count{0};

void search(const void* memory) noexcept {
  if (memory == nullptr || !watching) return;
  ++searched_count;
  const Bytes bytes(static_cast<const std::byte*>(memory),
                    ::malloc_usable_size(const_cast<void*>(memory)));
  if (!std::ranges::search(bytes, wanted).empty()) ++found_count;
}

void give_back(void* memory) noexcept {
  search(memory);
  std::free(memory);
}

void* allocate(std::size_t size) {
  if (void* const memory = std::calloc(std::max<std::size_t>(size, 1), 1)) return memory;
  throw std::bad_alloc();
}

void* openssl_allocate(std::size_t size, const char* /*file*/, int /*line*/) {
  return size == 0 ? nullptr : std::calloc(size, 1);
}

void openssl_free(void* memory, const char* /*file*/, int /*line*/) { give_back(memory); }

void* openssl_reallocate(void* memory, std::size_t size, const char* file, int line) {
  if (size == 0) {
    openssl_free(memory, file, line);
    return nullptr;
  }
  void* const moved = std::calloc(size, 1);
  if (moved != nullptr && memory != nullptr) {
    std::copy_n(static_cast<const std::byte*>(memory), std::min(size, ::malloc_usable_size(memory)),
                static_cast<std::byte*>(moved));
    openssl_free(memory, file, line);
  }
  return moved;
}

// Before OpenSSL allocates anything, or it refuses.
const bool installed =
    ::CRYPTO_set_mem_functions(openssl_allocate, openssl_reallocate, openssl_free) == 1;

}  // namespace

FreedMemory::FreedMemory(Bytes secret) {
  if (!installed) throw std::logic_error("OpenSSL does not let its memory be watched");
  std::ranges::copy(secret.first(compared), wanted.begin());
  found_count = 0;
  searched_count = 0;
  watching = true;
}

FreedMemory::~FreedMemory() { watching = false; }

int FreedMemory::found() const noexcept { return found_count; }

int FreedMemory::searched() const noexcept { return searched_count; }

}  // namespace tidemark

void* operator new(std::size_t size) { return tidemark::allocate(size); }
void operator delete(void* memory) noexcept { tidemark::give_back(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { tidemark::give_back(memory); }
