#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_AXIS_WALK_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_AXIS_WALK_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "graph/tensor_type.h"

namespace onnxifi::cpu {

// Calls fn(offset) for every coordinate of `dims`, row-major; the offset is
// the sum of coordinate times stride. Ranks up to graph::kMaxRank; no heap.
template <typename Fn>
void ForEachOffset(std::span<const int64_t> dims,
                   std::span<const int64_t> strides, const Fn& fn) {
  int64_t at[graph::kMaxRank] = {};
  for (const int64_t d : dims) {
    if (d == 0) return;
  }
  int64_t offset = 0;
  for (;;) {
    fn(offset);
    size_t i = dims.size();
    for (;;) {
      if (i == 0) return;
      --i;
      offset += strides[i];
      if (++at[i] < dims[i]) break;
      offset -= at[i] * strides[i];
      at[i] = 0;
    }
  }
}

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_AXIS_WALK_H_
