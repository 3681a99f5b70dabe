#include "backends/cpu/kernels/block_copy.h"

#include <algorithm>

#include "base/checked.h"

namespace onnxifi::cpu {

namespace {

// Below this a second thread costs more than it copies.
constexpr int64_t kGrainBytes = 1 << 17;

}  // namespace

void ParallelCopy(const void* in, void* out, int64_t bytes, ThreadPool* pool) {
  if (bytes == 0) return;
  pool->ParallelRange(bytes, kGrainBytes, [&](int64_t begin, int64_t end) {
    std::memcpy(static_cast<char*>(out) + begin,
                static_cast<const char*>(in) + begin,
                static_cast<size_t>(end - begin));
  });
}

void ParallelFill(const void* value, int64_t element_bytes, void* out,
                  int64_t count, ThreadPool* pool) {
  char* to = static_cast<char*>(out);
  const int64_t grain = CeilDiv(kGrainBytes, element_bytes);
  pool->ParallelRange(count, grain, [&](int64_t begin, int64_t end) {
    VisitBlockType(element_bytes, [&](auto block) {
      using Block = decltype(block);
      Block element;
      std::memcpy(&element, value, sizeof(Block));
      for (int64_t i = begin; i < end; ++i) {
        std::memcpy(to + i * static_cast<int64_t>(sizeof(Block)), &element,
                    sizeof(Block));
      }
    });
  });
}

void ParallelCopyRows(const void* in, int64_t in_stride, void* out,
                      int64_t out_stride, int64_t outer, int64_t row_bytes,
                      ThreadPool* pool) {
  if (row_bytes == 0 || outer == 0) return;
  if (outer == 1 || (in_stride == row_bytes && out_stride == row_bytes)) {
    ParallelCopy(in, out, outer * row_bytes, pool);
    return;
  }
  const char* from = static_cast<const char*>(in);
  char* to = static_cast<char*>(out);
  const int64_t grain = CeilDiv(kGrainBytes, row_bytes);
  pool->ParallelRange(outer, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      CopyBlock(from + i * in_stride, to + i * out_stride, row_bytes);
    }
  });
}

}  // namespace onnxifi::cpu
