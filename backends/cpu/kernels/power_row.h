#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_POWER_ROW_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_POWER_ROW_H_

#include "backends/cpu/kernels/broadcast.h"
#include "graph/tensor_type.h"

namespace onnxifi::cpu {

// Context of RunPowerRow: types of base (and result) and exponent.
struct PowerRow {
  graph::DataType base = graph::DataType::kUndefined;
  graph::DataType exponent = graph::DataType::kUndefined;
};

// out = base ^ exponent. An integer base under an integer exponent is exact
// and wraps; under a negative one it gives what the truncated real result is.
void RunPowerRow(const void* power_row, const Row& row);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_POWER_ROW_H_
