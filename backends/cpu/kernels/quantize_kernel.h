#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_QUANTIZE_KERNEL_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_QUANTIZE_KERNEL_H_

#include <cstdint>

#include "graph/tensor_type.h"

namespace onnxifi::cpu {

// Scale and zero point of a run of elements: one per element (step 1) or one
// for all (step 0). The zero point is a whole number kept as float.
struct QuantParams {
  const float* scale;
  const float* zero_point;
  int step;
};

// The numbers that an integer type of at most 16 bits can hold.
struct QuantRange {
  float low = 0;
  float high = 0;
};
// False for other types.
bool FindQuantRange(graph::DataType type, QuantRange* range);

// out[i] = saturate(round(x[i] / scale) + zero_point) to int8, uint8, int16
// or uint16; ties to even, NaN gives the lowest number. `range` may be
// narrower than the type, for packed ones.
void QuantizeRun(const float* x, const QuantParams& params,
                 const QuantRange& range, graph::DataType type, void* out,
                 int64_t count);

// out[i] = (x[i] - zero_point) * scale for int8, uint8, int32 and float
// elements.
void DequantizeRun(graph::DataType type, const void* x,
                   const QuantParams& params, float* out, int64_t count);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_QUANTIZE_KERNEL_H_
