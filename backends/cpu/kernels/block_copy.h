#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_BLOCK_COPY_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_BLOCK_COPY_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/thread_pool.h"

namespace onnxifi::cpu {

// 16 bytes that are moved as one.
struct Block16 {
  uint64_t low;
  uint64_t high;
};

// True for the sizes that VisitBlockType takes: those one register moves.
constexpr bool IsBlockSize(int64_t bytes) {
  return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8 || bytes == 16;
}

// Calls fn with a value of the unsigned type of that many bytes; elements are
// moved by size, so one loop serves every element type.
template <typename Fn>
void VisitBlockType(int64_t bytes, const Fn& fn) {
  switch (bytes) {
    case 1:
      return fn(uint8_t{});
    case 2:
      return fn(uint16_t{});
    case 4:
      return fn(uint32_t{});
    case 8:
      return fn(uint64_t{});
    default:
      return fn(Block16{});
  }
}

// memcpy of a fixed-size block where the size allows it.
inline void CopyBlock(const char* in, char* out, int64_t bytes) {
  if (bytes == 4) {
    std::memcpy(out, in, 4);
  } else if (bytes == 8) {
    std::memcpy(out, in, 8);
  } else {
    std::memcpy(out, in, static_cast<size_t>(bytes));
  }
}

// memcpy that several threads share when it is large.
void ParallelCopy(const void* in, void* out, int64_t bytes, ThreadPool* pool);

// Writes `count` copies of the element of `element_bytes` bytes at `value`.
void ParallelFill(const void* value, int64_t element_bytes, void* out,
                  int64_t count, ThreadPool* pool);

// Copies `outer` rows of `row_bytes`, each at its own stride.
void ParallelCopyRows(const void* in, int64_t in_stride, void* out,
                      int64_t out_stride, int64_t outer, int64_t row_bytes,
                      ThreadPool* pool);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_BLOCK_COPY_H_
