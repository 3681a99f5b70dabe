#include "base/aligned_memory.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "base/checked.h"
#include "base/thread_pool.h"

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

// Touches every page of a fresh mapping. Clearing pages is the largest cost
// of new memory, and the kernel clears on the core that touches.
void Touch(void* data, size_t bytes) {
  char* const begin = static_cast<char*>(data);
  const int64_t pieces = static_cast<int64_t>(CeilDiv(bytes, kHugePage));
  ThreadPool::Global().ParallelFor(pieces, [&](int64_t piece) {
    const size_t first = static_cast<size_t>(piece) * kHugePage;
    const size_t end = first + kHugePage < bytes ? first + kHugePage : bytes;
    for (size_t at = first; at < end; at += kPage) {
      *static_cast<volatile char*>(begin + at) = 0;
    }
  });
}

// Mapped blocks that were freed while somebody asked to keep them. Constant
// initialised and never destroyed: blocks may be freed at any time.
class BlockCache {
 public:
  void Open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++users_;
  }

  bool open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return users_ > 0;
  }

  void Close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--users_ > 0) return;
    for (size_t i = 0; i < count_; ++i) {
      munmap(blocks_[i].data, blocks_[i].bytes);
    }
    count_ = 0;
  }

  // False when the block is not wanted.
  bool Put(void* data, size_t bytes) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (users_ == 0 || count_ == kMaxBlocks) return false;
    blocks_[count_++] = {data, bytes};
    return true;
  }

  // The smallest block that is large enough and not more than twice so.
  void* Take(size_t bytes, size_t* got) {
    const std::lock_guard<std::mutex> lock(mutex_);
    size_t best = count_;
    for (size_t i = 0; i < count_; ++i) {
      if (blocks_[i].bytes < bytes || blocks_[i].bytes / 2 > bytes) continue;
      if (best == count_ || blocks_[i].bytes < blocks_[best].bytes) best = i;
    }
    if (best == count_) return nullptr;
    const Block block = blocks_[best];
    blocks_[best] = blocks_[--count_];
    *got = block.bytes;
    return block.data;
  }

 private:
  static constexpr size_t kMaxBlocks = 64;
  struct Block {
    void* data;
    size_t bytes;
  };
  std::mutex mutex_;
  int users_ = 0;
  size_t count_ = 0;
  Block blocks_[kMaxBlocks] = {};
};

constinit BlockCache g_blocks;

}  // namespace

AlignedMemory::KeepFreed::KeepFreed() { g_blocks.Open(); }

AlignedMemory::KeepFreed::~KeepFreed() { g_blocks.Close(); }

AlignedMemory AlignedMemory::Allocate(size_t bytes) {
  AlignedMemory memory;
  if (bytes > SIZE_MAX - 2 * kHugePage) return memory;
  if (bytes >= kMapFrom) {
    // A rest that nearly fills a huge page gets a whole one. Clearing what
    // nobody asked for costs more than the small pages of a shorter rest.
    const size_t mapped = RoundUp<size_t>(
        bytes, bytes % kHugePage >= kHugePage / 4 * 3 ? kHugePage : kPage);
    memory.data_ = g_blocks.Take(mapped, &memory.mapped_);
    if (memory.data_ != nullptr) {
      std::memset(memory.data_, 0, bytes);
      return memory;
    }
    memory.data_ = MapOnHugePages(mapped);
    if (memory.data_ != nullptr) {
      memory.mapped_ = mapped;
      if (g_blocks.open()) Touch(memory.data_, bytes);
    }
    return memory;
  }
  const size_t padded = RoundUp(bytes == 0 ? size_t{1} : bytes, kAlignment);
  memory.data_ = std::aligned_alloc(kAlignment, padded);
  if (memory.data_ != nullptr) std::memset(memory.data_, 0, padded);
  return memory;
}

void AlignedMemory::Reset() {
  if (mapped_ != 0) {
    if (!g_blocks.Put(data_, mapped_)) munmap(data_, mapped_);
  } else {
    std::free(data_);
  }
  data_ = nullptr;
  mapped_ = 0;
}

}  // namespace onnxifi
