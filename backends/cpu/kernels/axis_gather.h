#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_AXIS_GATHER_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_AXIS_GATHER_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/thread_pool.h"
#include "graph/tensor_type.h"

namespace onnxifi::cpu {

// out[i0, i1, ...] = in[table0[i0], table1[i1], ...]; the fill value where a
// table says -1. Pad, nearest Resize and CenterCropPad are this. The tables
// of all axes lie one after the other.
struct AxisGather {
  std::span<const int64_t> in_dims;
  std::span<const int64_t> out_dims;
  const int64_t* tables;  // sum of out_dims entries
  const void* fill;       // one element
  int64_t element_bytes;
};

// Elements of all tables together.
int64_t AxisTableSize(std::span<const int64_t> out_dims);

// Ranks up to graph::kMaxRank; no allocation.
void RunAxisGather(const AxisGather& gather, const void* in, void* out,
                   ThreadPool* pool);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_AXIS_GATHER_H_
