#include "base/aligned_memory.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "base/checked.h"

namespace onnxifi {

namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kPage = 4096;
constexpr size_t kHugePage = size_t{2} << 20;
// Smaller blocks come from the heap: a mapping costs microseconds.
constexpr size_t kMapFrom = size_t{1} << 20;

// Maps `bytes` (a multiple of 4 KiB) on a huge page boundary.
void* MapOnHugePages(size_t bytes) {
  const size_t reserve = bytes + kHugePage;
  void* const whole = mmap(nullptr, reserve, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (whole == MAP_FAILED) return nullptr;
  const uintptr_t start = reinterpret_cast<uintptr_t>(whole);
  const uintptr_t aligned = RoundUp(start, kHugePage);
  if (aligned > start) munmap(whole, aligned - start);
  const uintptr_t end = aligned + bytes;
  if (start + reserve > end) {
    munmap(reinterpret_cast<void*>(end), start + reserve - end);
  }
  void* const data = reinterpret_cast<void*>(aligned);
  // Advice only: without huge pages everything still works.
  (void)madvise(data, bytes, MADV_HUGEPAGE);
  return data;
}

}  // namespace

AlignedMemory AlignedMemory::Allocate(size_t bytes) {
  AlignedMemory memory;
  if (bytes > SIZE_MAX - 2 * kHugePage) return memory;
  if (bytes >= kMapFrom) {
    // A rest of half a huge page or more gets a whole one.
    const size_t mapped = RoundUp<size_t>(
        bytes, bytes % kHugePage >= kHugePage / 2 ? kHugePage : kPage);
    memory.data_ = MapOnHugePages(mapped);
    if (memory.data_ != nullptr) memory.mapped_ = mapped;
    return memory;
  }
  const size_t padded = RoundUp(bytes == 0 ? size_t{1} : bytes, kAlignment);
  memory.data_ = std::aligned_alloc(kAlignment, padded);
  if (memory.data_ != nullptr) std::memset(memory.data_, 0, padded);
  return memory;
}

void AlignedMemory::Reset() {
  if (mapped_ != 0) {
    munmap(data_, mapped_);
  } else {
    std::free(data_);
  }
  data_ = nullptr;
  mapped_ = 0;
}

}  // namespace onnxifi
